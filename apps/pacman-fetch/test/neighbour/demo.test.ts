/* `npm start` as root, with a temporary folder where hostile neighbours are. */
import { readdirSync } from 'node:fs';

import {
  attacks,
  beside,
  missing,
  runProgram,
  someOf,
  stranger,
  World,
  requireMet,
  untilMet,
  expectNothingGained,
} from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { expectClearEnd } from './ending.js';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

const demo = program.replace('cli.cjs', 'demo.js');

/** What it makes; the folder around it has a new name each time. */
const names = ['pacman.conf', 'pacman.d', 'cache', 'db', 'root', 'db.lck', 'sync'];

/** What is planted before is in nobody's way here: what replaces names is what counts. test:long has the same user in each place. */
const counting = attacks.filter(([name]) => !name.includes('who plants'));
const some = someOf(
  counting.map(([name, attack]) => ({ name, attack })),
  ({ attack }) => [attack.place],
);

describe.skipIf(missing('root', 'linux', 'pacman', 'landlock7'))('the demonstration', () => {
  it.each(some)('gives nothing away beside $name', untilMet, async ({ attack }) => {
    const { result, attempts, gained } = await beside(attack, world, {
      names,
      command: async (at) =>
        await runProgram(process.execPath, [demo], { env: { ...environment, TMPDIR: at }, timeout: 50_000 }),
    });
    expectNothingGained(gained);
    requireMet(attack, attempts);
    if (attack.place === 'theirs') {
      expectClearEnd(result, () => expect.unreachable('root works in a folder of a stranger’s'));
      return;
    }
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(result.stdout.match(/^upgrading \w+\.\.\.$/gm)).toHaveLength(5);
    expect(result.stdout).toContain(':: full: every layer is in force');
    expect(readdirSync(world[attack.place]).filter((name) => name.startsWith('pacman-fetch-'))).toEqual([]);
  });
});
