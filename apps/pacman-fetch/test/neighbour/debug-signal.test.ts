/* SIGUSR1 has Node open its inspector, by which every local user runs code: processes of one's user may send it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { missing, Neighbour, sandboxUser, stranger, World } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Mirror, type Route, startMirror } from '../kit/mirror.js';

const SIGUSR1 = 10;
const content = Buffer.alloc(100_000, 'x');

let mirror: Mirror;
let world: World;
beforeAll(async () => {
  const slow: Route = (_, response) => {
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000));
    setTimeout(() => response.end(content.subarray(1000)), 1500).unref();
  };
  mirror = await startMirror({}, { '/slow/x': slow });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  world = new World(stranger);
  writeFileSync(world.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => world[Symbol.dispose]());

/** What a process says while a neighbour of the sandbox's user sends it SIGUSR1 as soon, and as often, as it may. */
async function signalled(
  start: () => ChildProcess,
): Promise<{ readonly said: string; readonly status: number | null }> {
  await using neighbour = await Neighbour.start({ as: sandboxUser, tactics: [['signal', process.pid, SIGUSR1]] });
  const child = start();
  const ended = once(child, 'exit');
  const said = child.stderr === null ? '' : await text(child.stderr);
  // What it said may end before it is known how it ended.
  await ended;
  const { did } = await neighbour.stop();
  expect(did).toContainEqual({ what: 'signal', outcome: 'OK', on: expect.any(String) as string });
  return { said, status: child.exitCode };
}

const inspector = 'Debugger listening';

describe.skipIf(missing('linux', 'root'))('a signal for Node’s debugger', () => {
  it('opens it in an ordinary process of the user: the control', async () => {
    const args = ['--inspect-port=0', '-e', 'console.log("ready"); setTimeout(() => {}, 2000)'];
    const child = spawn(process.execPath, args, { ...sandboxUser, cwd: '/', env: environment });
    // Before Node has a handler the signal ends it.
    await once(child.stdout, 'data');
    child.kill('SIGUSR1');
    expect(await text(child.stderr)).toContain(inspector);
  });

  it.each(['x.part', 'x'])('opens none in a download to %s', async (name) => {
    const args = ['--inspect-port=0', program, '--config', world.file('pacman.conf'), '-o', join(world.roots, name)];
    const { said, status } = await signalled(() =>
      spawn(process.execPath, [...args, `${mirror.origin}/slow/x`], {
        env: environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    expect(said).not.toContain(inspector);
    // Any process of this user may end the worker before its first line (1), or its launcher (3). Then no file gets the name.
    const ended = name === 'x' ? [0, 1, 3] : [0];
    expect(ended).toContain(status);
    if (status === 0) expect(readFileSync(join(world.roots, name)).equals(content)).toBe(true);
    else expect(existsSync(join(world.roots, name))).toBe(false);
  });
});
