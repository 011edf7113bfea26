/* The command of a sandbox, as root, when its number has become another user's process, whose file lies there. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';

import { compileFixture, missing, reachableProgram, stranger, temporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { launcherPath } from '../../src/native.js';

const fixture = compileFixture(new URL('../enforcement/fixtures/command.ts', import.meta.url));

let neighbour: ChildProcess;
let args: readonly string[];
beforeEach(async () => {
  neighbour = spawn(process.execPath, [fixture], { ...stranger, stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(neighbour.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  args = JSON.parse(String(said)) as readonly string[];
});
afterEach(async () => {
  neighbour.stdin?.end();
  if (neighbour.exitCode === null) await once(neighbour, 'exit');
});

const launcher = () => reachableProgram(launcherPath(), 'launcher');
const failed = 'sandbox launcher: failed launcher records openat: errno 1\n';

describe.skipIf(missing('linux', 'root'))('records of another user', () => {
  it('are executed by that one: the control', () => {
    const { stdout } = spawnSync(launcher(), args, { ...stranger, encoding: 'utf8' });
    expect(stdout).toBe(`${stranger.uid}\n`);
  });

  it('are-not-executed-by-root', () => {
    const { status, stdout, stderr } = spawnSync(launcher(), args, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 125, stdout: '', stderr: failed });
  });

  it('block nobody by being a FIFO', () => {
    using folder = temporaryFolder();
    const fifo = folder.file('fifo');
    execFileSync('mkfifo', [fifo]);
    const own = [stranger.uid, 0] as const;
    for (const uid of own) {
      chownSync(fifo, uid, 0);
      const run = spawnSync(launcher(), [fifo, ...args.slice(1)], { encoding: 'utf8', timeout: 5_000 });
      expect(run).toMatchObject({ status: 125, stdout: '', stderr: failed, signal: null });
    }
  });
});
