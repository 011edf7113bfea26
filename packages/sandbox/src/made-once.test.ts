import { once } from 'node:events';
import { Session } from 'node:inspector/promises';

import { missing } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { createSandbox } from './sandbox.js';

interface Counted {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    readonly ranges: readonly { readonly count: number }[];
  }[];
}

/** How often each function of a layer's package was called meanwhile, by the engine's own count. */
async function callsOf(run: () => Promise<unknown>): Promise<(layer: string, name: string) => number> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  try {
    await run();
    const { result } = (await session.post('Profiler.takePreciseCoverage')) as { result: readonly Counted[] };
    return (layer, name) =>
      result
        .filter(({ url }) => url.includes(`/packages/${layer}/dist/`))
        .flatMap(({ functions }) => functions.filter(({ functionName }) => functionName === name))
        .reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
  } finally {
    session.disconnect();
  }
}

it.skipIf(missing('root', 'landlock7')).each([
  ['an ordinary one', {}],
  ['one for a program of its own', { landlock: 'minimal' as const }],
  ['one with levels', { prefer: ['landlock', 'seccomp'], off: ['landlock.scope.signal', 'caps.bounding'] }],
  ['one with sockets and ports', { unix: ['/run'], landlock: { net: { connectTcp: [443] }, paths: [{ rw: '/srv' }] } }],
])('each policy of a start is made once: %s', async (_, options) => {
  const start = async (): Promise<void> => {
    const child = createSandbox({ user: 65_534, ...options }).spawn('/bin/true');
    await Promise.all([child.enforcement, once(child, 'exit')]);
  };
  // What is made once a process, as a table, is made by then.
  await start();
  const calls = await callsOf(start);
  const made = ['landlock', 'caps', 'seccomp', 'privdrop'].map((layer) => [layer, calls(layer, 'policy')]);
  // seccomp's is asked for what it gave already, and gives it back.
  expect(Object.fromEntries(made)).toEqual({ landlock: 1, caps: 1, privdrop: 1, seccomp: expect.any(Number) });
  expect([calls('seccomp', 'socketsOf'), calls('landlock', 'remake'), calls('caps', 'setsOf')]).toEqual([1, 0, 1]);
});
