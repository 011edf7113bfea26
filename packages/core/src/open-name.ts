import { openSync } from 'node:fs';

import { errorCode } from './errno.js';
import { fileCalls } from './file-calls.js';

/** Why nothing was opened: the name is not there, or is not that of a directory. */
export type Missing = 'ENOENT' | 'ENOTDIR';

/** The numbers and words of Linux and Node for them. */
const reasons: Readonly<Record<Missing, readonly [errno: number, words: string]>> = {
  ENOENT: [-2, 'no such file or directory'],
  ENOTDIR: [-20, 'not a directory'],
};

/** The path of a name in a directory that is held open. */
export function placeIn(directory: number, name: string): Buffer {
  return Buffer.from(`/proc/self/fd/${directory}/${name}`, 'latin1');
}

/**
 * Opens a name in a directory that is held open.
 *
 * @param directory - its descriptor
 * @param name - one name, with a character for each byte
 * @param flags - of open(2), without O_CREAT
 * @returns a descriptor, close-on-exec; or why nothing was opened
 * @throws Error of the system for every other reason
 */
export function openName(directory: number, name: string, flags: number): number | Missing {
  // For openat(2), a path that begins with a slash begins at the root, and an empty one is never there.
  const opened = /^[^/]/.test(name) ? fileCalls()?.openAt(directory, name, flags) : undefined;
  if (opened !== undefined && opened >= 0) return opened;
  if (opened === reasons.ENOENT[0]) return 'ENOENT';
  if (opened === reasons.ENOTDIR[0]) return 'ENOTDIR';
  try {
    return openSync(placeIn(directory, name), flags);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return code;
    throw error;
  }
}

/**
 * The error that Node throws where nothing is opened.
 *
 * @param code - the reason
 * @param place - what was to be opened
 */
export function missingName(code: Missing, place: Buffer): Error {
  const [errno, words] = reasons[code];
  const path = place.toString();
  return Object.assign(new Error(`${code}: ${words}, open '${path}'`), { errno, code, syscall: 'open', path });
}
