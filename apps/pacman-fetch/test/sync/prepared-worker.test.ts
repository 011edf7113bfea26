/* A worker is started before it is known what is downloaded, and whether anything is. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import type { Machine } from './machine.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

/** Prints, after a command has ended, what else runs: in a PID namespace that has nothing but the command and this. */
const script = `"$@" >&2; echo "status $?"; for one in /proc/[0-9]*; do
  pid=\${one#/proc/}; [ "$pid" = $$ ] || { read -r name < "$one/comm" && echo "$pid $name"; }
done 2>/dev/null; exit 0`;

/** The status of a command, and the processes that it leaves. */
async function left(machine: Machine, command: string, ...args: readonly string[]) {
  const words = [process.execPath, program, command, '--config', machine.config, ...args];
  const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', script, 'sh', ...words];
  const { stdout, stderr } = await runProgram('unshare', namespace, { env: environment });
  const [status, ...processes] = stdout.split('\n').filter((line) => line !== '');
  return { status, processes, stderr };
}

const unshared = ['root', 'linux', 'pacman', 'nginx', 'openssl', 'unshare', 'landlock6'] as const;

describe.skipIf(missing(...unshared))('a worker that is started early', () => {
  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => await scene[Symbol.asyncDispose]());

  it('is gone with the program, with and without a download', async () => {
    const machine = scene.machine();
    const ended = { status: 'status 0', processes: [] };
    expect(await left(machine, 'refresh')).toMatchObject(ended);
    expect(await left(machine, 'refresh')).toMatchObject(ended);
    expect(await left(machine, 'prefetch', 'pkg1')).toMatchObject(ended);
    scene.asked();
    // Nothing is to be downloaded.
    expect(await left(machine, 'prefetch', 'pkg1')).toMatchObject(ended);
    expect(await left(machine, 'prefetch', 'none')).toMatchObject({
      status: 'status 1',
      processes: [],
      stderr: expect.stringContaining('error: target not found: none'),
    });
    // Another package manager works.
    const lock = join(machine.database, 'db.lck');
    writeFileSync(lock, '');
    for (const [command, ...args] of [['refresh'], ['prefetch', 'pkg2']] as const) {
      expect(await left(machine, command, ...args)).toMatchObject({
        status: 'status 4',
        processes: [],
        stderr: expect.stringContaining('unable to lock database'),
      });
    }
    expect(scene.asked()).toEqual([]);
    rmSync(lock);
    expect(readdirSync(machine.cache)).toEqual(['pkg1-1-1-any.pkg.tar.zst']);
    expect(readdirSync(machine.database).filter((name) => name.startsWith('db.lck'))).toEqual([]);
  });

  it('changes no word of what is wrong with the sandbox', async () => {
    const own = ['UseSandbox = yes', 'SandboxDenySyscalls = clone clone3'];
    const machine = scene.machine({ own });
    const { status, processes, stderr } = await left(machine, 'refresh');
    // Node cannot start a thread then: the worker dies, as often as it is started.
    expect({ status, processes }).toEqual({ status: 'status 1', processes: [] });
    expect(stderr).toContain('the worker ended with');
  });
});
