/* Root starts a program of the neighbour's, for the neighbour, who turns it into something else all the time. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { fixtureJson, missing, Neighbour, stranger, World } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

const fixture = new URL('../enforcement/fixtures/starts.ts', import.meta.url);
const start = async (program: string): Promise<readonly string[]> =>
  await fixtureJson(fixture, [program, String(stranger.uid), '60'], { timeout: 30_000 });

describe.skipIf(missing('linux', 'root'))('a program in a directory of the neighbour', () => {
  it.each([
    ['a FIFO', (other: string) => execFileSync('mkfifo', [other])],
    ['a folder', (other: string) => mkdirSync(other)],
    ['another program', (other: string) => copyFileSync('/bin/false', other)],
  ])('that is %s half of the time blocks nobody, and is what the kernel says of it', async (_, make) => {
    const [program, other] = [join(world.theirs, 'program'), join(world.theirs, 'other')];
    copyFileSync('/bin/true', program);
    expect(await start(program)).toEqual(['ran']);
    make(other);
    await using neighbour = await Neighbour.start({ as: stranger, tactics: [['flip', program, other]], seconds: 60 });
    const outcomes = await start(program);
    expect(neighbour.did.map(({ what }) => what)).toContain('flip');
    for (const outcome of outcomes) expect(outcome).toMatch(/^(ran|[a-z]+: (not-executable|not-found))$/);
    expect(world.gains()).toEqual([]);
  });
});
