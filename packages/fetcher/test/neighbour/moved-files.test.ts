/* A file of root's that a neighbour has given the name of what a download goes on with, or holds on to. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, stranger, World } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetchOne } from '../kit/fetch.js';
import { fileServer } from '../kit/server.js';

const secret = 'what only root may read';
const content = `${secret} and more`;

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

/** Root's own file in a folder of the neighbour's, which the neighbour moves to FILE.part. */
async function move(at: string, mode: number): Promise<void> {
  const from = join(world.theirs, 'private');
  put(from, mode);
  const moved = await runProgram('mv', [from, join(at, 'x.part')], stranger);
  expect(moved).toMatchObject({ status: 0 });
}

function put(path: string, mode: number): void {
  writeFileSync(path, secret, { mode });
  chmodSync(path, mode);
  // What a server confirms, and what doesn't lie in the future by a moment.
  utimesSync(path, new Date(), new Date(Date.now() - 5000));
}

/** What a download came to, and whether it shows what was there. */
async function download(at: string) {
  // Its answer to a range shows what was there in the place of what it has itself.
  await using server = await fileServer({ '/x': content.toUpperCase() });
  const error = errorOf(await fetchOne({ sources: [`${server.origin}/x`], to: join(at, 'x') }));
  const { mode } = statSync(join(at, 'x'));
  const shown = readFileSync(join(at, 'x'), 'utf8');
  return { error, mode: mode & 0o777, isShown: shown.startsWith(secret), left: existsSync(join(at, 'x.part')) };
}

const anew = { error: undefined, mode: 0o644, isShown: false, left: false };
const wentOn = { error: undefined, mode: 0o644, isShown: true, left: false };

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file of root’s under the name of FILE.part', () => {
  it.each([
    ['of mode 0600 in a folder of the neighbour', 'theirs', 0o600],
    ['of mode 0644 in a folder of the neighbour', 'theirs', 0o644],
    ['of mode 0600 in a sticky folder of root’s', 'open', 0o600],
    ['of mode 0644 in a sticky folder of root’s', 'open', 0o644],
    ['of mode 0666 in a sticky folder of root’s', 'open', 0o666],
  ] as const)('%s is not resumed: the neighbour may have moved it there', async (_, place, mode) => {
    await move(world[place], mode);
    expect(await download(world[place])).toEqual(anew);
  });

  it('is not resumed in a sticky directory of root’s in which all users may rename', async () => {
    const at = world.file('common');
    mkdirSync(at);
    chmodSync(at, 0o777);
    await move(at, 0o600);
    expect(await download(at)).toEqual(anew);
  });

  it.each(['666', '660', '622'])(
    'is not resumed with mode %s: a process that holds it open could write to it later',
    async (mode) => {
      put(join(world.roots, 'x.part'), Number.parseInt(mode, 8));
      expect(await download(world.roots)).toEqual(anew);
    },
  );

  it.each(['600', '644'])('is resumed if only root may write, with mode %s: the control', async (mode) => {
    put(join(world.roots, 'x.part'), Number.parseInt(mode, 8));
    expect(await download(world.roots)).toEqual(wentOn);
  });
});
