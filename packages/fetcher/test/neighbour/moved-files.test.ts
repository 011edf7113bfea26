/* A file of root's that only root may read, in a folder in which a neighbour may give it another name. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, stranger, World } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, fetchOne } from '../kit/fetch.js';
import { fileServer } from '../kit/server.js';

const secret = 'what only root may read';
const content = `${'x'.repeat(secret.length)} and more`;

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

/** Root's own file there, which gets the name of what a download goes on with. */
async function move(at: string, mode: number): Promise<void> {
  writeFileSync(join(at, 'private'), secret, { mode });
  chmodSync(join(at, 'private'), mode);
  const moved = await runProgram('mv', [join(at, 'private'), join(at, 'x.part')], stranger);
  expect(moved).toMatchObject({ status: 0 });
}

async function download(at: string) {
  await using server = await fileServer({ '/x': content });
  return await fetchOne({ sources: [`${server.origin}/x`], to: join(at, 'x') });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file of root’s that a neighbour moves to FILE.part', () => {
  it('is not shown to all in the name of a download', async () => {
    await move(world.theirs, 0o600);
    const before = lstatSync(join(world.theirs, 'x.part'));
    const outcome = await download(world.theirs);
    expect(errorOf(outcome)).toMatch(
      /^file: .*x\.part is not written: not all may read it, and its folder belongs to uid 61717, so that others can rename/,
    );
    expect(outcome).toMatchObject({ error: { hint: expect.any(String) as string } });
    expect(existsSync(join(world.theirs, 'x'))).toBe(false);
    const { uid, mode, mtimeMs } = lstatSync(join(world.theirs, 'x.part'));
    expect({ uid, mode, mtimeMs }).toEqual({ uid: 0, mode: before.mode, mtimeMs: before.mtimeMs });
    expect(readFileSync(join(world.theirs, 'x.part'), 'utf8')).toBe(secret);
  });

  it('nor in a folder of root’s in which everybody may rename', async () => {
    const at = world.file('common');
    mkdirSync(at);
    chmodSync(at, 0o777);
    await move(at, 0o600);
    expect(errorOf(await download(at))).toMatch(/not all may read it/);
    expect(readFileSync(join(at, 'x.part'), 'utf8')).toBe(secret);
  });

  it('is gone on with where all may read it, and where nobody else can rename: the controls', async () => {
    await move(world.theirs, 0o644);
    expect(errorOf(await download(world.theirs))).toBeUndefined();
    for (const at of [world.roots, world.open]) {
      writeFileSync(join(at, 'x.part'), content.slice(0, 5), { mode: 0o600 });
      utimesSync(join(at, 'x.part'), new Date(), new Date());
      expect(errorOf(await download(at))).toBeUndefined();
      expect(statSync(join(at, 'x')).mode & 0o777).toBe(0o644);
    }
  });
});
