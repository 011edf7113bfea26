import { closeSync, constants, fstatSync, openSync } from 'node:fs';

import { hold } from './hold.js';

/** Does not make a terminal the controlling one of this process, and does not wait for the other end of a FIFO. */
const harmless = constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Opens a regular file of any user for reading, and opens nothing else. What a path leads to may be a device by now, or
 * a FIFO, which would notice or make this process wait. Links are followed. So do not disclose content of such a file;
 * use it only to learn what the file is.
 *
 * @param path - of a file
 * @returns a descriptor; undefined for anything but a regular file
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
