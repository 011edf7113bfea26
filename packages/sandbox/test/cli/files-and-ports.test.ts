import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { type Attempt, missing, probe, probePath, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answers, sbRun } from '../sb-run.js';

const nobody = { uid: 65_534, gid: 65_534 } as const;
const folder = temporaryFolder();
const [here, there] = [folder.file('here'), folder.file('there')];
const program = folder.file('here', 'program');
let count = 0;

beforeAll(() => {
  for (const path of [here, there]) {
    mkdirSync(path);
    chmodSync(path, 0o777);
    writeFileSync(`${path}/file`, '');
    chmodSync(`${path}/file`, 0o666);
  }
  copyFileSync(probePath(), program);
  chmodSync(program, 0o755);
});
afterAll(() => folder[Symbol.dispose]());

/** What an ordinary user can do in a folder, each time under a new name. */
const uses = (path: string): readonly Attempt[] => [
  ['open-read', `${path}/file`],
  ['open-write', `${path}/file`],
  ['create', `${path}/new-${count++}`],
  ['execute', program],
];
const allowed = ['OK', 'OK', 'OK', 'OK'];
const asNobody = (options: readonly string[], attempts: readonly Attempt[]) =>
  answers(['--user', 'nobody', ...options], attempts);

describe.skipIf(missing('root', 'landlock7'))('sb-run: files', () => {
  it('control: without a sandbox nobody may do all of it', async () => {
    const results = await probe([...uses(here), ...uses(there)], nobody);
    expect(results.map(({ outcome }) => outcome)).toEqual([...allowed, ...allowed]);
    expect(await asNobody(['--off', 'landlock'], uses(there))).toEqual(allowed);
  });

  const none = ['--fs', 'none', '--rx', probePath()];
  it.each([
    [[], ['OK', 'EACCES', 'EACCES', 'OK']],
    [
      ['--fs', 'read-only'],
      ['OK', 'EACCES', 'EACCES', 'OK'],
    ],
    [
      ['--fs', 'minimal'],
      ['EACCES', 'EACCES', 'EACCES', 'EACCES'],
    ],
    [none, ['EACCES', 'EACCES', 'EACCES', 'EACCES']],
    [
      [...none, '--ro', here],
      ['OK', 'EACCES', 'EACCES', 'EACCES'],
    ],
    [
      [...none, '--rx', here],
      ['OK', 'EACCES', 'EACCES', 'OK'],
    ],
    [
      [...none, '--rw', here],
      ['OK', 'OK', 'OK', 'EACCES'],
    ],
    [[...none, '--rwx', here], allowed],
    [['--rw', there, '--rw', here], allowed],
  ] as const)('%j', async (options, expected) => {
    expect(await asNobody(options, uses(here))).toEqual(expected);
  });

  it('grants beneath its path and nowhere else', async () => {
    const [read, write, create] = await asNobody(['--rw', here], uses(there));
    expect([read, write, create]).toEqual(['OK', 'EACCES', 'EACCES']);
  });

  it('--fs minimal leaves what a network client reads', async () => {
    expect(await asNobody(['--fs', 'minimal'], [['open-read', '/etc/hosts']])).toEqual(['OK']);
  });

  it('--fs none executes nothing that is not granted, and says so', async () => {
    const { status, stderr } = await sbRun(['--fs', 'none', '--', probePath(), 'list', '/']);
    expect(status).toBe(126);
    expect(stderr).toMatch(/exec.*EACCES.*Add --rx for the program/);
  });
});

describe.skipIf(missing('landlock7'))('sb-run: ports', () => {
  // Nothing listens there: a connection that is allowed is refused by the kernel, not by Landlock.
  const connects: readonly Attempt[] = [
    ['connect-tcp', 1],
    ['connect-tcp', 2],
  ];
  it.each([
    [[], ['ECONNREFUSED', 'ECONNREFUSED']],
    [
      ['--connect-tcp', '1'],
      ['ECONNREFUSED', 'EACCES'],
    ],
    [
      ['--connect-tcp', '1,2'],
      ['ECONNREFUSED', 'ECONNREFUSED'],
    ],
    [
      ['--connect-tcp', '1', '--connect-tcp', '2'],
      ['ECONNREFUSED', 'ECONNREFUSED'],
    ],
    [
      ['--connect-tcp', 'none'],
      ['EACCES', 'EACCES'],
    ],
    [
      ['--connect-tcp', 'any'],
      ['ECONNREFUSED', 'ECONNREFUSED'],
    ],
    [
      ['--fs', 'none', '--rx', '/', '--connect-tcp', '2'],
      ['EACCES', 'ECONNREFUSED'],
    ],
  ] as const)('%j', async (options, expected) => {
    expect(await answers(options, connects)).toEqual(expected);
  });

  const binds: readonly Attempt[] = [
    ['bind-tcp', 47_391],
    ['bind-tcp', 47_392],
  ];
  it.each([
    [[], ['EACCES', 'EACCES']],
    [
      ['--bind-tcp', '47391'],
      ['OK', 'EACCES'],
    ],
    [
      ['--bind-tcp', 'none'],
      ['EACCES', 'EACCES'],
    ],
    [
      ['--bind-tcp', 'any'],
      ['OK', 'OK'],
    ],
    [
      ['--fs', 'none', '--rx', '/'],
      ['EACCES', 'EACCES'],
    ],
  ] as const)('%j', async (options, expected) => {
    expect(await answers(options, binds)).toEqual(expected);
  });
});

describe.skipIf(missing('root', 'landlock7'))('sb-run: scopes', () => {
  it.each([
    [[], ['EPERM', 'EPERM']],
    [
      ['--scope', 'signal'],
      ['EPERM', 'OK'],
    ],
    [
      ['--scope', 'abstract_unix_socket'],
      ['OK', 'EPERM'],
    ],
    [
      ['--scope', 'signal,abstract_unix_socket'],
      ['EPERM', 'EPERM'],
    ],
    [
      ['--scope', 'none'],
      ['OK', 'OK'],
    ],
    [
      ['--fs', 'none', '--rx', '/'],
      ['EPERM', 'EPERM'],
    ],
  ] as const)('%j', async (options, expected) => {
    const other = spawn('/bin/sleep', ['20'], { ...nobody, stdio: 'ignore' });
    // A whole sun_path: older releases of Node fill shorter names up with NULs.
    const name = `sb-run-${process.pid}-${count++}`.padEnd(107, '.');
    const server = createServer((socket) => socket.destroy()).listen(`\0${name}`);
    try {
      await once(server, 'listening');
      const attempts: readonly Attempt[] = [
        ['signal', other.pid ?? 0],
        ['connect-abstract', name],
      ];
      expect(await asNobody(['--unix', 'any', ...options], attempts)).toEqual(expected);
    } finally {
      other.kill('SIGKILL');
      server.close();
    }
  });
});
