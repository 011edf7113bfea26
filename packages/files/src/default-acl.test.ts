/* A folder that is shared below one whose default ACL names somebody else. */
import { chmodSync, mkdtempSync, statSync } from 'node:fs';

import { missing, runProgram, setDefaultAcl, stranger, World } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Folder } from './folder.js';
import { NewFolder } from './new-folder.js';

let world: World;
let above: Folder;
beforeEach(() => {
  world = new World(stranger);
  above = Folder.open(world.roots);
});
afterEach(() => {
  above.close();
  world[Symbol.dispose]();
});

const gid = 1_900_000_000;

/** Status of touch(1) as the user that the ACL names. */
async function write(folder: string): Promise<number | null> {
  return (await runProgram('touch', [`${folder}/theirs`], stranger)).status;
}

describe.skipIf(missing('root', 'linux'))('a directory that is shared below a default ACL', () => {
  it('is open to the users of that ACL: the control', async () => {
    setDefaultAcl(world.roots, stranger.uid);
    const made = mkdtempSync(above.at('x-'));
    expect(await write(world.roots)).toBe(1);
    expect(await write(made.replace(/.*\//, `${world.roots}/`))).toBe(1);
    chmodSync(made, 0o770);
    expect(await write(made.replace(/.*\//, `${world.roots}/`))).toBe(0);
  });

  it.each([
    ['a group', (made: NewFolder) => made.shareWith(gid)],
    ['all', (made: NewFolder) => made.openTo(0o755)],
  ])('is refused, with %s, and stays closed', async (_, share) => {
    setDefaultAcl(world.roots, stranger.uid);
    using made = NewFolder.make(above, 'x-');
    expect(() => share(made)).toThrow(
      expect.objectContaining({
        code: 'untrusted-path',
        hint: `Remove that ACL: "setfacl -k ${world.roots}".`,
      }) as Error,
    );
    expect(made.inside.names()).toEqual([]);
    expect(statSync(made.inside.path)).toMatchObject({ gid: 0, mode: 0o40_700 });
    expect(await write(made.inside.path)).toBe(1);
  });

  it.each([0, 0o022, 0o777])('is shared without one, regardless of the umask: the twin, with %o', (umask) => {
    using made = NewFolder.make(above, 'x-');
    const before = process.umask(umask);
    try {
      made.shareWith(gid);
      expect(process.umask()).toBe(umask);
    } finally {
      process.umask(before);
    }
    expect(made.inside.names()).toEqual([]);
    expect(statSync(made.inside.path)).toMatchObject({ uid: 0, gid, mode: 0o40_770 });
  });
});
