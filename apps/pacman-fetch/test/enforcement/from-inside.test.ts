/* What downloads in the program's own process, attacked from inside. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  symlinkSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';

import { bundleFixture, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { environment, isInOneProcess } from '../kit/fetch-program.js';
import type { Place } from './fixtures/from-inside.js';

const fixture = bundleFixture(new URL('fixtures/from-inside.ts', import.meta.url), 'external');

/** What is allowed where everything is in force: attempt, errno. */
const confined: Readonly<Record<string, string>> = {
  'write beside the file': 'EACCES',
  'write to a file beside it': 'EACCES',
  'open its own file by path': 'EACCES',
  'open its own file again': 'EACCES',
  'link its own file': 'EPERM',
  'write to /tmp': 'EACCES',
  'write to /dev/shm': 'EACCES',
  'write to /var/tmp': 'EACCES',
  'read a file beside it': 'EACCES',
  'read /etc/shadow': 'EACCES',
  'read /etc/passwd': 'EACCES',
  "read the parent's environment": 'EACCES',
  "read the parent's memory": 'EACCES',
  'signal the parent': 'EPERM',
  'change the mode of its file': 'EPERM',
  'change the owner of its file': 'EPERM',
  'change the time of its file by path': 'EPERM',
  'change the time of another descriptor': 'EPERM',
  'connect to another port': 'EACCES',
  'connect to an abstract socket': 'EAFNOSUPPORT',
  'connect to a socket with a path': 'EAFNOSUPPORT',
  listen: 'EPERM',
  'bind a UDP port': 'EPERM',
  fork: 'EPERM',
  'become root': 'EPERM',
  'see what is typed': 'EOF',
  'see the environment': 'ABSENT',
  'use an inherited descriptor': 'EBADF',
  'write more than a file of its kind may hold': 'EFBIG',
  'twin: write as much as it may hold': 'OK',
  'twin: connect to its own port': 'OK',
  'twin: read /etc/hosts': 'OK',
  'twin: write to its file': 'OK',
  // Of root, who opened it.
  'the time of its file': 'EPERM',
  'remove the file': 'EACCES',
};

interface Outcome {
  readonly results: Readonly<Record<string, string>>;
  readonly report: { readonly status: string; readonly verified: object; readonly proofs: readonly string[] };
}

async function listening(server: Server, at: number | string): Promise<Server> {
  await new Promise<void>((resolve) => {
    if (typeof at === 'string') server.listen(at, resolve);
    else server.listen(at, '127.0.0.1', resolve);
  });
  return server;
}

const starter = fileURLToPath(new URL(`../../prebuilds/linux-${process.arch}/start`, import.meta.url));

/** What starts the fixture: Node, by the program's own starter where that is what makes one process possible. */
function startOf(folder: TemporaryFolder, isConfined: boolean): readonly string[] {
  if (isInOneProcess || !isConfined) return [process.execPath, fixture];
  mkdirSync(folder.file('lib/dist'), { recursive: true });
  copyFileSync(starter, folder.file('lib/start'));
  symlinkSync(fixture, folder.file('lib/dist/cli.cjs'));
  return [folder.file('lib/start')];
}

/** Runs the fixture in a folder that everybody may write to. */
async function attack(line: string, who: readonly string[], owner: number) {
  using folder = temporaryFolder();
  const name = `sb-from-inside-${process.pid}`;
  const leftovers = ['/tmp', '/dev/shm', '/var/tmp'].map((parent) => `${parent}/${name}`);
  let reached = 0;
  const count = async () =>
    await listening(
      createServer((socket) => {
        reached++;
        socket.destroy();
      }),
      0,
    );
  const servers = [
    await count(),
    await count(),
    await listening(
      createServer((one) => one.destroy()),
      `\0${name}`,
    ),
    await listening(
      createServer((one) => one.destroy()),
      folder.file('socket'),
    ),
  ];
  chmodSync(folder.file('socket'), 0o777);
  const [own, other] = servers.map((server) => (server.address() as AddressInfo).port);
  const place = folder.file('place');
  mkdirSync(place);
  chownSync(place, owner, owner);
  chmodSync(place, 0o777);
  writeFileSync(`${place}/other`, 'untouched', { mode: 0o666 });
  chmodSync(`${place}/other`, 0o666);
  const config = folder.file('pacman.conf');
  writeFileSync(config, `[options]\n${line}\n`);
  const url = `http://127.0.0.1:${own}/x.sig`;
  const given: Place = {
    config,
    output: `${place}/x.sig.part`,
    url,
    folder: place,
    name,
    other: other ?? 0,
    abstract: name,
    socket: folder.file('socket'),
  };
  // Something to read on standard input, a descriptor that nobody meant to hand over, a secret in the environment.
  const script = 'exec 50</etc/hosts; printf typed | exec "$@"';
  try {
    const args = ['-c', script, 'bash', ...who, ...startOf(folder, line !== unconfined), '-o', JSON.stringify(given)];
    const { stdout, stderr, status } = await runProgram('bash', args, { env: { ...environment, SB_SECRET: 'x' } });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const files = readdirSync(place).toSorted();
    const left = leftovers.filter((file) => existsSync(file));
    return { ...(JSON.parse(stdout) as Outcome), files, left, other: readFileSync(`${place}/other`, 'utf8'), reached };
  } finally {
    for (const server of servers) server.close();
    for (const file of leftovers) rmSync(file, { force: true });
  }
}

const unconfined = 'UseSandbox = no';
const untouched = { files: ['mine', 'other', 'x.sig.part'], left: [], other: 'untouched', reached: 1 };
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

describe.skipIf(missing('root', 'linux', 'landlock6'))('from inside the process that downloads', () => {
  it('each attempt works where nothing is in force', async () => {
    const { results } = await attack(unconfined, [], 0);
    const removed = { 'use an inherited descriptor': 'OK' };
    expect(results).toEqual({ ...Object.fromEntries(Object.keys(confined).map((name) => [name, 'OK'])), ...removed });
  });

  it('each attempt is denied to what root has started', async () => {
    const { results, report, ...world } = await attack('SandboxUser = nobody', [], 0);
    expect(results).toEqual(confined);
    expect(world).toEqual(untouched);
    expect(report).toMatchObject({
      status: 'full',
      verified: { by: 'self', uid: [65_534, 65_534, 65_534, 65_534], capBnd: [], noNewPrivs: true, seccomp: 2 },
      proofs: expect.arrayContaining([expect.stringMatching(/: EACCES$/)]) as object,
    });
  });

  it('each attempt is denied to what its own user has started, but the time of its file', async () => {
    const { results, report, ...world } = await attack('DownloadUser = nobody', nobody, 65_534);
    expect(results).toEqual({ ...confined, 'the time of its file': 'OK' });
    expect(world).toEqual(untouched);
    expect(report).toMatchObject({ status: 'full', verified: { by: 'self', noNewPrivs: true, seccomp: 2 } });
  });
});
