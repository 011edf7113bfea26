/* A worker that was taken over can't make its parent wait for a server by what it sends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

import {
  bundleFixture,
  compileFixture,
  holdsUpAddon,
  missing,
  temporaryFolder,
  type TemporaryFolder,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually, workerPids } from '../kit/worker-pid.js';

const program = compileFixture(new URL('fixtures/holds-up.ts', import.meta.url));
const parentProgram = bundleFixture(new URL('fixtures/parent.ts', import.meta.url), 'external');

let folder: TemporaryFolder;
let server: Server;
let connections: Socket[];
let parent: ChildProcess | undefined;

beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(folder.file('addon'));
  chmodSync(folder.path, 0o755);
  await holdsUpAddon(folder.file('addon/holds-up.node'));
  connections = [];
  // It reads nothing: what is sent to it fills its window.
  server = createServer({ pauseOnConnect: true }, (socket) => void connections.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(() => {
  parent?.kill('SIGKILL');
  for (const socket of connections) socket.destroy();
  server.close();
  folder[Symbol.dispose]();
});

/** Starts a parent whose worker may read the addon. */
function startParent(query: string, sandbox: object = {}) {
  const { port } = server.address() as AddressInfo;
  const addon = folder.file('addon');
  const url = `http://127.0.0.1:${port}/?addon=${addon}/holds-up.node${query}`;
  const request = { sources: [url], to: folder.file('x'), maxBytes: 1_000_000 };
  const landlock = { preset: 'minimal', paths: [{ ro: [addon] }] };
  const input = JSON.stringify({ request, program, fetcher: { sandbox: { landlock, ...sandbox } } });
  parent = spawn(process.execPath, [parentProgram, input], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid = 0, stdout } = parent;
  if (stdout === null) throw new Error('no pipe');
  return { pid, said: text(stdout) };
}

/** `D`: it sleeps in the kernel, and hears no signal; `T`: it is stopped. */
const stateOf = (pid: number) => /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];

/** The number of the call that a process is in (proc_pid_syscall(5)). */
const callOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/syscall`, 'latin1').split(' ')[0]);

/** Numbers of calls. */
const calls = process.arch === 'arm64' ? { splice: 76, sendfile: 71 } : { splice: 275, sendfile: 40 };

describe.skipIf(missing('root', 'linux', 'landlock6'))('a worker that was taken over', () => {
  it('sends its parent no descriptor, and holds no pipe to it', async () => {
    const { said } = startParent('');
    expect(await said).toBe('done');
    expect(JSON.parse(readFileSync(folder.file('x'), 'utf8'))).toEqual({
      descriptor: ['ENOTSOCK'],
      splice: ['EPERM'],
      sendfile: ['EPERM'],
      vmsplice: ['EPERM'],
      tee: ['EPERM'],
    });
    // It has got as far as the server each time.
    expect(connections.length).toBeGreaterThanOrEqual(5);
  });

  it.each(['splice', 'sendfile'] as const)(
    'would hold it by %s where no filter forbids that: the control',
    async (way) => {
      const { pid, said } = startParent(`&way=${way}`, { seccomp: 'off' });
      await eventually('a worker', () => connections.length === 1);
      const [worker = 0] = workerPids(pid);
      process.kill(pid, 'SIGSTOP');
      await eventually('a parent that is stopped', () => stateOf(pid) === 'T');
      connections[0]?.write('go');
      await eventually('the attack', () => callOf(worker) === calls[way]);
      process.kill(pid, 'SIGCONT');
      await eventually('a parent that is held up', () => stateOf(pid) === 'D');
      // Not even this ends it, before its worker is dead.
      process.kill(pid, 'SIGKILL');
      await setTimeout(100);
      expect(stateOf(pid)).toBe('D');
      process.kill(worker, 'SIGKILL');
      expect(await said).toBe('');
    },
  );
});
