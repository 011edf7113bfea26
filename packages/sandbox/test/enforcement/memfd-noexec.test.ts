/* A kernel that forbids programs in anonymous files (vm.memfd_noexec) hinders no start, and the self-test only at 2. */
import { existsSync } from 'node:fs';

import { fixtureJson, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

const fixture = new URL('fixtures/self-test.ts', import.meta.url);
const prefix = ['unshare', '--pid', '--fork', '--mount-proc'];

// Linux 6.3 has it; older kernels have nothing to test here.
const isKnown = existsSync('/proc/sys/vm/memfd_noexec');

describe.skipIf(missing('linux', 'root', 'landlock7') || !isKnown)('vm.memfd_noexec', () => {
  it.each([
    ['0', true],
    ['1', true],
    ['2', 'syscall-failed'],
  ])('of %s: the self-test comes to %j', async (value, tested) => {
    expect(await fixtureJson(fixture, [value], { prefix })).toEqual({ value, spawned: 'full', tested });
  });
});
