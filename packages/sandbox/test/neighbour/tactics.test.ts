/* The neighbour itself: each of its tactics gets something from a victim that takes no care, and the world shows it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { missing, Neighbour, runProgram, smallDisk, stranger, type Tactic, World } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

const start = async (...tactics: readonly Tactic[]) => await Neighbour.start({ as: stranger, tactics });

/** Makes a folder as nobody should: open to all before anything is in it. */
function careless(): string {
  const folder = join(world.open, 'folder');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  return folder;
}

/** Removes a tree as rm -r did long ago: each name from the root folder on, and with time between looking and acting. */
async function removeByPath(path: string): Promise<void> {
  if (!lstatSync(path).isDirectory()) {
    unlinkSync(path);
    return;
  }
  await setTimeout(1);
  for (const name of readdirSync(path)) await removeByPath(join(path, name));
  rmdirSync(path);
}

const moment = 100;

describe.skipIf(missing('linux', 'root'))('the neighbour', () => {
  it('finds nothing in a world that nobody has touched', () => {
    expect(world.gains()).toEqual([]);
  });

  it.each(['react', 'poll'] as const)('has its program executed by %s', async (tactic) => {
    await using neighbour = await start([tactic, world.open, `program=${world.program}`, 'program']);
    const program = join(careless(), 'program');
    writeFileSync(program, '#!/bin/true\n', { mode: 0o755 });
    await setTimeout(moment);
    await runProgram(program, []);
    expect((await neighbour.stop()).did).toContainEqual({ what: 'replace', outcome: 'OK', on: program });
    expect(world.gains()).toEqual([expect.stringMatching(/^code ran as uid 0 euid 0 capabilities 0*1/)]);
  });

  it('has a file of root’s overwritten through a link that it has planted', async () => {
    await using neighbour = await start(['plant', world.open, `link=${world.secret}`, 'file']);
    const file = join(careless(), 'file');
    await setTimeout(moment);
    writeFileSync(file, 'mine');
    chmodSync(file, 0o666);
    expect(neighbour.did).toContainEqual({ what: 'plant', outcome: 'OK', on: file });
    expect(world.gains()).toEqual([expect.stringMatching(/secret: 0 0 100600 .*, now 0 0 100666 "mine"$/)]);
  });

  it('has files of root’s removed', async () => {
    await using neighbour = await start(['trap', world.open, world.kept]);
    // Each time another moment is hit.
    const begun = performance.now();
    while (performance.now() < begun + 15_000 && world.gains().length === 0) {
      const folder = careless();
      await setTimeout(5);
      while (existsSync(folder)) {
        // It may turn into something else meanwhile.
        await removeByPath(folder).catch(() => undefined);
      }
    }
    expect(neighbour.did.map(({ what }) => what)).toContain('trap');
    expect(world.gains().join('\n')).toMatch(/kept\/file\d+: .*, now gone/);
  });

  it('flips two names', async () => {
    const [one, other] = [join(world.theirs, 'one'), join(world.theirs, 'other')];
    for (const file of [one, other]) writeFileSync(file, file);
    await using neighbour = await start(['flip', one, other]);
    const seen = new Set<string>();
    await expect.poll(() => seen.add(readFileSync(one, 'utf8')).size).toBe(2);
    expect(neighbour.did[0]).toMatchObject({ what: 'flip', outcome: 'OK' });
  });

  it('locks its own file, so that others wait for it', async () => {
    const file = join(world.theirs, 'file');
    writeFileSync(file, '');
    chownSync(file, stranger.uid, stranger.gid);
    const open = () => closeSync(openSync(file, constants.O_WRONLY | constants.O_NONBLOCK));
    open();
    await using neighbour = await start(['hold', world.theirs]);
    await expect.poll(() => neighbour.did.filter(({ on }) => on === file).length).toBe(3);
    expect(neighbour.did.filter(({ on }) => on === file)).toEqual(
      ['lease', 'flock', 'ofd-lock'].map((what) => ({ what, outcome: 'OK', on: file })),
    );
    expect(open).toThrow(/EAGAIN/);
  });

  it('takes descriptors of processes of its user, and writes by them', async () => {
    writeFileSync(join(world.roots, 'file'), 'root’s');
    const descriptor = openSync(join(world.roots, 'file'), 'r+');
    await using neighbour = await start(['take', process.pid]);
    const victim = spawn('/bin/sleep', ['60'], { ...stranger, stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    await expect.poll(() => readFileSync(join(world.roots, 'file'), 'utf8')).toMatch(/^NEIGHBOUR/);
    victim.kill();
    closeSync(descriptor);
    const { gained } = await neighbour.stop();
    const on = join(world.roots, 'file');
    expect(gained).toContainEqual({ what: 'pidfd_getfd', outcome: 'OK', on });
    expect(gained).toContainEqual({ what: 'written', outcome: 'OK', on });
  });

  it('sends signals to processes of its user that the test has started, and to no others', async () => {
    const SIGTERM = 15;
    await using neighbour = await start(['signal', process.pid, SIGTERM]);
    const victim = spawn('/bin/sleep', ['60'], { ...stranger, stdio: 'ignore' });
    expect(await once(victim, 'exit')).toEqual([null, 'SIGTERM']);
    const deed = { what: 'signal', outcome: 'OK', on: String(victim.pid) };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
  });

  it('fills a small disk in memory, and no other', async () => {
    await expect(start(['fill', world.theirs])).rejects.toThrow(/a tactic can't begin: failed\tEFBIG/);
    await using disk = await smallDisk(world.open);
    await using neighbour = await Neighbour.start({
      as: stranger,
      tactics: [['fill', world.open]],
      prefix: disk.prefix,
    });
    expect(neighbour.did).toMatchObject([{ what: 'fill', outcome: 'ENOSPC' }]);
    const [nsenter, ...args] = [...disk.prefix, 'cp', '/etc/passwd', world.open];
    expect((await runProgram(nsenter, args)).stderr).toMatch(/No space left on device/);
    // Nobody else sees it.
    expect(readdirSync(world.open)).toEqual([]);
  });
});
