import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';

/**
 * Removes a folder and all that is in it, even while a process of its owner changes it: names are looked up in folders
 * that are open, so that none of them can be turned into a link that leads elsewhere. It may be gone already.
 *
 * @param path - to it, of which only the last name may be in other hands
 * What is mounted in it is left alone.
 *
 * @throws Error of the system: EXDEV where something is mounted in it, ENOTEMPTY where somebody still writes there, EMFILE where it is nested too deeply
 */
export function removeTree(path: string): void {
  remove(Buffer.from(path), undefined);
}

/** @param device - what it began on: what is mounted in it is somebody else's */
function remove(path: Buffer, device: number | undefined): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const { dev } = fstatSync(folder);
    if (device !== undefined && dev !== device) throw Object.assign(new Error(mounted), { code: 'EXDEV' });
    const inside = `/proc/self/fd/${folder}/`;
    // Names are bytes: whoever fills the folder need not write UTF-8.
    for (const name of readdirSync(inside, { encoding: 'buffer' })) {
      remove(Buffer.concat([Buffer.from(inside), name]), dev);
    }
  } finally {
    closeSync(folder);
  }
  rmdirSync(path);
}

const mounted = 'EXDEV: something is mounted there, and is left alone';
