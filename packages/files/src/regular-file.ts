import { closeSync, constants, fstatSync, openSync } from 'node:fs';

import { hold } from './hold.js';

/** Without a terminal becoming the one that controls this process, and without waiting for the end of a FIFO. */
const harmless = constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Opens a file for reading that may be anybody's, and opens nothing else: what a path leads to may be a device by now, or
 * a FIFO, which would notice, or which would be waited for. Links are followed, so nothing of a file that was found may be
 * given away, only what it is be learned.
 *
 * @param path - of a file
 * @returns a descriptor; undefined for what is not a regular file
 * @throws Error of the system
 */
export function openRegularFile(path: string): number | undefined {
  const isLinux = process.platform === 'linux';
  const held = isLinux ? hold(path) : openSync(path, harmless);
  let isGiven = false;
  try {
    if (!fstatSync(held).isFile()) return undefined;
    if (isLinux) return openSync(`/proc/self/fd/${held}`, harmless);
    isGiven = true;
    return held;
  } finally {
    if (!isGiven) closeSync(held);
  }
}
