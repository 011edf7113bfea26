/* When a keeper takes a front door for one that is held up: in the same call at look after look, and not stopped. */
import { spawnSync } from 'node:child_process';

import { compileC, missing, sanitizers, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = temporaryFolder();

describe.skipIf(missing('linux'))('a front door', () => {
  beforeAll(async () => {
    const natives = ['channel', 'facts', 'held'].map((name) => `../../native/front/${name}.c`);
    const sources = ['fixtures/held.c', ...natives];
    await compileC(folder.file('held'), { from: import.meta.url, sources, flags: sanitizers });
  });
  afterAll(() => folder[Symbol.dispose]());

  it.each([
    ['is within one call', 'is-within', '0 0 1 1'],
    ['is stopped within one, and goes on with it', 'is-stopped', '0 0 0 0 0 1 1 1'],
    ['makes one call after the other', 'goes-on', '0 0 0 0'],
    ['has asked', 'asks', '0 0 0 0'],
    ['has heard', 'hears', '0 0 0 0'],
    ['has nothing to do with the channel', 'waits', '0 0 0 0'],
    ['comes after one that was killed within a call', 'comes-after', '0 0 0 0'],
  ])('that %s', (_what, act, looks) => {
    const { status, stdout, stderr } = spawnSync(folder.file('held'), [act], { encoding: 'utf8' });
    expect({ status, stdout: stdout.trim(), stderr }).toEqual({ status: 0, stdout: looks, stderr: '' });
  });
});
