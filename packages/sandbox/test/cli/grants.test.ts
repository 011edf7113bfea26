/* What sb-run grants beside files and ports: unix sockets and System V and POSIX IPC. */
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { type Attempt, missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answers, sbRun } from '../sb-run.js';

const folder = temporaryFolder(0o755);
const path = folder.file('socket');
const server = createServer((socket) => socket.destroy());
const attempts: readonly Attempt[] = [
  ['connect-unix', path],
  ['take-from-queue', '/sb-run-none'],
];

beforeAll(async () => {
  await once(server.listen(path), 'listening');
  chmodSync(path, 0o777);
});
afterAll(() => {
  server.close();
  folder[Symbol.dispose]();
});

describe.skipIf(missing('root', 'landlock7'))('sb-run: grants', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], ['EAFNOSUPPORT', 'EPERM']],
    [
      ['--unix', 'any'],
      ['OK', 'EPERM'],
    ],
    [
      ['--unix', path],
      ['OK', 'EPERM'],
    ],
    [
      ['--unix', folder.path, '--unix', path, '--prefer', 'landlock'],
      ['OK', 'EPERM'],
    ],
    // The kernel's own word: there is no such queue.
    [['--ipc'], ['EAFNOSUPPORT', 'ENOENT']],
    [
      ['--ipc', '--unix', 'any', '--seccomp', 'deny-dangerous'],
      ['OK', 'ENOENT'],
    ],
  ])('%j', async (options, expected) => {
    expect(await answers(['--user', 'nobody', ...options], attempts)).toEqual(expected);
  });

  it.each([
    ['--off', 'landlock'],
    ['--off', 'landlock.fs'],
    ['--off', 'landlock.fs.resolve_unix'],
    ['--policy', 'landlock.json'],
  ])('refuse a socket by its path where nothing tells paths apart: %s %s', async (option, value) => {
    writeFileSync(folder.file('landlock.json'), JSON.stringify({ landlock: 'off' }));
    const args = [option, option === '--off' ? value : folder.file(value), '--unix', path, '--', 'true'];
    const { status, stderr } = await sbRun(args);
    expect(status).toBe(125);
    expect(stderr).toMatch(/names sockets by path, but landlock\.fs\.resolve_unix is off/);
    // A level for what the policy doesn't ask for is refused in any case.
    if (value.endsWith('resolve_unix')) return;
    expect(await sbRun(args.map((word) => (word === path ? 'any' : word)))).toMatchObject({ status: 0 });
  });

  it('are added to those of a policy file', async () => {
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ user: 'nobody', unix: [path], ipc: true }));
    expect(await answers(['--policy', file], attempts)).toEqual(['OK', 'ENOENT']);
    expect(await answers(['--policy', file, '--unix', folder.path], attempts)).toEqual(['OK', 'ENOENT']);
    const { stdout } = await sbRun(['--explain', '--policy', file, '--unix', folder.path]);
    expect(stdout).toMatch(/^unix sockets +open: .*\/socket .*\nshared ipc +open: /m);
  });

  it('are lines of the report, never silence', async () => {
    const { stderr } = await sbRun(['--unix', 'any', '--ipc', '--report', '--', 'true']);
    expect(stderr).toMatch(/"feature":"unix_sockets","state":"off","reason":"open: all sockets with a path/);
    expect(stderr).toMatch(/"feature":"shared_ipc","state":"off","reason":"open: /);
    const without = await sbRun(['--report', '--', 'true']);
    expect(without.stderr).toMatch(/"feature":"unix_sockets","state":"enforced"\}/);
    expect(without.stderr).toMatch(/"feature":"shared_ipc","state":"enforced"\}/);
  });

  it.each([
    [['--unix', 'any', '--unix', path], /--unix any cannot be combined with a path/],
    [['--unix'], /--unix needs a value/],
    [['--off', 'seccomp', '--ipc'], /--off seccomp switches off what --ipc configures/],
  ])('refuses %j', async (options, message) => {
    const { status, stderr } = await sbRun([...options, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toMatch(message);
  });
});
