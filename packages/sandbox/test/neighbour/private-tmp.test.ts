/* Private folders that root makes and removes, beside a hostile local user and a hostile process of the sandbox's user. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import {
  compileFixture,
  fewOrMany,
  missing,
  Neighbour,
  runProgram,
  sandboxUser,
  stranger,
  type Tactic,
  World,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

/** How often it is tried: each time another moment is hit. */
const times = fewOrMany(4, 20);

const names = ['lock', 'tmp-x', 'file', 'inner'];

type Attack = readonly [name: string, tactics: (folder: string) => readonly Tactic[]];

const attacks: readonly Attack[] = [
  ['plants links to a file of root’s', (at) => [['plant', at, `link=${world.secret}`, ...names]]],
  ['replaces what is made by links to a file of root’s', (at) => [['react', at, `link=${world.secret}`]]],
  ['replaces what is made by links to a folder of root’s', (at) => [['react', at, `link=${world.kept}`]]],
  ['replaces what is made by other names of a file of its own', (at) => [['react', at, `hard=${world.program}`]]],
  ['turns a folder into a link while it is removed', (at) => [['trap', at, world.kept]]],
  ['plants FIFOs', (at) => [['plant', at, 'fifo', ...names]]],
];

/** Starts programs with a private folder, each of which makes some files and folders in it; tells what they came to. */
async function starts(folder: string): Promise<readonly number[]> {
  const program = compileFixture(new URL('fixtures/private-tmp.ts', import.meta.url));
  const env = { ...process.env, TMPDIR: folder };
  const { stdout, stderr } = await runProgram(process.execPath, [program, String(times)], { env, timeout: 60_000 });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as readonly number[];
}

const left = (): readonly string[] => readdirSync(world.open).filter((name) => name.startsWith('sb-tmp-'));

describe.skipIf(missing('linux', 'root', 'landlock7'))('a private directory of root’s sandbox', () => {
  it('is whole without a neighbour: the control', async () => {
    expect(new Set(await starts(world.open))).toEqual(new Set([0]));
    expect(left()).toEqual([]);
  });

  it.each(attacks)('gives a stranger nothing who %s', async (_, tacticsAt) => {
    await using neighbour = await Neighbour.start({ as: stranger, tactics: tacticsAt(world.open) });
    expect(new Set(await starts(world.open))).toEqual(new Set([0]));
    const { did, gained } = await neighbour.stop();
    expect(did.length).toBeGreaterThan(0);
    expect([...gained, ...world.gains()]).toEqual([]);
  });

  it.each(attacks)('gives another process of its user nothing of root’s who %s', async (_, tacticsAt) => {
    const own = new World(sandboxUser);
    try {
      await using neighbour = await Neighbour.start({ as: sandboxUser, tactics: tacticsAt(world.open) });
      // What is its own that user may break: it is root's that counts.
      await starts(world.open);
      const { did, gained } = await neighbour.stop();
      expect(did.length).toBeGreaterThan(0);
      expect([...gained, ...world.gains(), ...own.gains()]).toEqual([]);
    } finally {
      own[Symbol.dispose]();
    }
    expect(readdirSync(world.kept).length).toBeGreaterThan(0);
    // What is left was not to be removed while somebody wrote there: the next start does it.
    await starts(world.open);
    expect(left().filter((name) => readdirSync(join(world.open, name)).includes('lock'))).toEqual([]);
  });
});
