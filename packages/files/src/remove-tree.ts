import { closeSync, constants, lstatSync, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';

/**
 * Removes a folder and all that is in it, even while a process of its owner changes it: names are looked up in folders
 * that are open, so that none of them can be turned into a link that leads elsewhere. It may be gone already.
 *
 * @param path - to it, of which only the last name may be in other hands
 * @throws Error of the system: ENOTEMPTY where somebody still writes there, EMFILE where it is nested too deeply
 */
export function removeTree(path: string): void {
  remove(Buffer.from(path));
}

function remove(path: Buffer): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const inside = `/proc/self/fd/${folder}/`;
    // Names are bytes: whoever fills the folder need not write UTF-8.
    for (const name of readdirSync(inside, { encoding: 'buffer' })) remove(Buffer.concat([Buffer.from(inside), name]));
  } finally {
    closeSync(folder);
  }
  rmdirSync(path);
}
