import { once } from 'node:events';

import { missing } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { callsOf } from '../test/calls-of.js';
import { createSandbox } from './sandbox.js';

it.skipIf(missing('root', 'landlock7')).each([
  ['an ordinary one', {}, 0],
  ['one with few files', { landlock: 'minimal' as const }, 0],
  ['one with levels', { prefer: ['landlock', 'seccomp'], off: ['landlock.scope.signal', 'caps.bounding'] }, 0],
  [
    'one with sockets and ports',
    { unix: ['/run'], landlock: { net: { connectTcp: [443] }, paths: [{ rw: '/srv' }] } },
    1,
  ],
])('each policy of a start is made once: %s', async (_, options, filters) => {
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
  // The usual filter was made beforehand.
  expect([calls('seccomp', 'socketsOf'), calls('landlock', 'remake'), calls('caps', 'setsOf')]).toEqual([
    filters,
    0,
    1,
  ]);
});
