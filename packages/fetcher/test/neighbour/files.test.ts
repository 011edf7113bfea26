/* `lockFile` and `openFolder`, which the app uses by itself, beside somebody hostile. */
import { chmodSync, chownSync, closeSync, lstatSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';

import { missing, Neighbour, sandboxUser, stranger, World, expectNothingGained } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FetcherError } from '../../src/errors/fetcher-error.js';
import { lockFile } from '../../src/disk/lock.js';
import { openFolder } from '../../src/disk/open-folder.js';

let world: World;
beforeEach(() => {
  world = new World(stranger);
});
afterEach(() => world[Symbol.dispose]());

/** Locks a file and lets go of it: true where that was a lock. */
function lock(path: string): boolean {
  const descriptor = openSync(path, 'r+');
  try {
    const held = lockFile(descriptor, path);
    held?.close();
    return held !== undefined;
  } finally {
    closeSync(descriptor);
  }
}

describe.skipIf(missing('root', 'linux'))('a lock', () => {
  it('of root’s file is not prevented by a stranger who holds it open and locks it', async () => {
    const file = join(world.open, 'file');
    writeFileSync(file, 'root’s', { mode: 0o644 });
    expect(lock(file)).toBe(true);
    await using neighbour = await Neighbour.start({ as: stranger, tactics: [['hold', world.open]] });
    const locked = { what: 'flock', outcome: 'OK', on: file };
    await expect.poll(() => neighbour.did).toContainEqual(locked);
    // Somebody who may only read can be in the way of nobody: there is a lock, or nobody can tell.
    expect(() => lock(file)).not.toThrow();
    const { gained } = await neighbour.stop();
    expectNothingGained([...gained, ...world.gains()]);
    expect(lock(file)).toBe(true);
  });
});

describe.skipIf(missing('root', 'linux'))('a directory', () => {
  it('that a neighbour exchanges with a link is the opened directory, or refused', { timeout: 30_000 }, async () => {
    const [one, other] = [join(world.theirs, 'one'), join(world.theirs, 'other')];
    mkdirSync(one);
    await using neighbour = await Neighbour.start({
      as: stranger,
      tactics: [
        ['plant', world.theirs, `link=${world.kept}`, 'other'],
        ['flip', one, other],
      ],
    });
    const inside = new Set<unknown>();
    const hasFlipped = (): boolean => neighbour.did.some(({ what, outcome }) => what === 'flip' && outcome === 'OK');
    // A thousand times beside one that flips, and as often as it takes it to begin.
    const begun = performance.now();
    for (let left = 1000; left > 0 && performance.now() < begun + 20_000; await immediate()) {
      try {
        using folder = openFolder(join(one, '.'));
        inside.add(folder.path);
      } catch (error) {
        inside.add(error instanceof FetcherError && `${error.code} ${error.hint}`);
      }
      if (hasFlipped()) left--;
    }
    const hint = 'Root uses only paths that no other user can change. Run this as that user, or choose another place.';
    expect([...inside]).toEqual([`file ${hint}`]);
    const { did, gained } = await neighbour.stop();
    expect(did).toEqual(
      expect.arrayContaining([
        { what: 'plant', outcome: 'OK', on: other },
        { what: 'flip', outcome: 'OK', on: other },
      ]),
    );
    expectNothingGained([...gained, ...world.gains()]);
  });

  it('stays the same one when its owner gives its path to another directory', async () => {
    const one = join(world.open, 'one');
    mkdirSync(one);
    chownSync(one, sandboxUser.uid, sandboxUser.gid);
    using folder = openFolder(one);
    await using neighbour = await Neighbour.start({
      as: sandboxUser,
      tactics: [['react', world.open, `link=${world.kept}`, 'one']],
    });
    chmodSync(one, 0o755);
    const deed = { what: 'replace', outcome: 'OK', on: one };
    await expect.poll(() => neighbour.did).toContainEqual(deed);
    expect(lstatSync(one).isSymbolicLink()).toBe(true);
    closeSync(folder.create('made', 0o600));
    folder.rename('made', 'named');
    expect(folder.names()).toEqual(['named']);
    folder.remove('named');
    expectNothingGained((await neighbour.stop()).gained);
    expect(world.gains()).toEqual([]);
  });
});
