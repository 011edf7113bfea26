/* doctor as root beside a hostile local user, and beside a hostile process of the user that downloads. */
import { mkdirSync, writeFileSync } from 'node:fs';

import {
  missing,
  Neighbour,
  runProgram,
  sandboxUser,
  stranger,
  type Tactic,
  World,
  expectNothingGained,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';

let world: World;
beforeEach(() => {
  world = new World(stranger);
  mkdirSync(world.file('cache'));
  const options = ['SandboxUser = nobody', `CacheDir = ${world.file('cache')}`, `DBPath = ${world.file('db')}`];
  writeFileSync(world.file('pacman.conf'), ['[options]', ...options, ''].join('\n'));
});
afterEach(() => world[Symbol.dispose]());

const doctor = async (folder: string) => {
  const args = [program, 'doctor', '--config', world.file('pacman.conf')];
  return await runProgram(process.execPath, args, { env: { ...environment, TMPDIR: folder } });
};

type Attack = readonly [
  name: string,
  as: typeof stranger | typeof sandboxUser,
  tactics: (at: string) => readonly Tactic[],
];

const attacks: readonly Attack[] = [
  ['renames its program over that of root', stranger, (at) => [['react', at, `program=${world.program}`, 'program']]],
  ['plants links to a file of root’s', stranger, (at) => [['plant', at, `link=${world.secret}`, 'file', 'program']]],
  ['turns a folder into a link while it is removed', stranger, (at) => [['trap', at, world.kept]]],
  ['turns a folder of the user’s into a link', sandboxUser, (at) => [['trap', at, world.kept]]],
  ['takes descriptors', sandboxUser, () => [['take', process.pid]]],
];

describe.skipIf(missing('linux', 'root', 'landlock7'))('doctor beside somebody', () => {
  it.each(attacks)('who %s gives nothing away', async (_, as, tacticsAt) => {
    await using neighbour = await Neighbour.start({ as, tactics: tacticsAt(world.open) });
    const statuses = [(await doctor(world.open)).status, (await doctor(world.open)).status];
    const { did, gained } = await neighbour.stop();
    expect(did.length).toBeGreaterThan(0);
    expectNothingGained([...gained, ...world.gains()]);
    // Another process of the user that downloads may disturb what is attempted; a stranger may not.
    if (as === stranger) expect(statuses).toEqual([0, 0]);
  });

  it('tries nothing in a directory of another user, and says so', async () => {
    const { status, stdout } = await doctor(world.theirs);
    expect(status).toBe(3);
    expect(stdout).toMatch(`cannot try the sandbox: files: ${world.theirs} belongs to uid ${stranger.uid}`);
  });
});
