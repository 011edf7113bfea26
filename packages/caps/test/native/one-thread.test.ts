import { fileURLToPath } from 'node:url';

import { fixtureJson, missing, runProgram, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

interface Told {
  readonly before: readonly string[];
  readonly outcome: string;
  readonly after: readonly string[];
}

describe.skipIf(missing('linux', 'root'))('a thread that differs from the others', () => {
  const folder = temporaryFolder();
  const library = folder.file('one-thread.so');
  const fixture = new URL('../fixtures/one-thread.ts', import.meta.url);

  beforeAll(async () => {
    const source = fileURLToPath(new URL('one-thread.c', import.meta.url));
    const { status, stderr } = await runProgram('gcc', ['-shared', '-fPIC', '-Wall', '-Werror', '-o', library, source]);
    if (status !== 0 || stderr !== '') throw new Error(`the build failed: ${stderr}`);
    return () => folder[Symbol.dispose]();
  });

  it('is seen by get', async () => {
    const { before } = await fixtureJson<Told>(fixture, [library, '{}']);
    expect(before.length).toBeGreaterThan(11);
    expect(before.filter((text) => text !== before[0]).length).toBe(1);
  });

  it('makes the whole fail where it lacks what is to be kept', async () => {
    const options = { keep: ['cap_net_bind_service'] };
    const { outcome, after } = await fixtureJson<Told>(fixture, [library, JSON.stringify(options)]);
    expect(outcome).toBe('not-permitted capset');
    // Also CAP_SETPCAP, which the threads that had not failed, or not run it yet, still had.
    expect(new Set(after)).toEqual(new Set(['=']));
    // Control: without such a thread the same policy is applied.
    const control = await fixtureJson<Told>(fixture, ['/nowhere.so', JSON.stringify(options)]);
    expect(control.outcome).toBe('full');
    expect(new Set(control.after)).toEqual(new Set(['cap_net_bind_service=ep']));
  });

  it('makes the whole fail in its first phase where it lacks what is to be ambient', async () => {
    const options = { keep: ['cap_net_bind_service'], ambient: ['cap_net_bind_service'] };
    const { outcome, after } = await fixtureJson<Told>(fixture, [library, JSON.stringify(options)]);
    expect(outcome).toBe('not-permitted inheritable');
    expect(new Set(after)).toEqual(new Set(['=']));
  });

  it('is restricted like the others where nothing is kept', async () => {
    const { outcome, after } = await fixtureJson<Told>(fixture, [library, '{}']);
    expect(outcome).toBe('full');
    expect(new Set(after)).toEqual(new Set(['=']));
  });
});
