import { basename, dirname, join } from 'node:path';

import type { ByteText } from './byte-text.js';

/** Where the last name of a usual path begins; undefined for what has slashes beside each other or at its end. */
function lastSlash(path: ByteText): number | undefined {
  const end = path.lastIndexOf('/');
  return end > 0 && end < path.length - 1 && path[end - 1] !== '/' ? end : undefined;
}

/**
 * As `dirname`, which goes through a path letter by letter: a start asks for hundreds.
 *
 * @param path - absolute
 */
export function folderOf(path: ByteText): ByteText {
  const end = lastSlash(path);
  return end === undefined ? dirname(path) : path.slice(0, end);
}

/** As `basename`, likewise. */
export function nameOf(path: ByteText): ByteText {
  const end = lastSlash(path);
  return end === undefined ? basename(path) : path.slice(end + 1);
}

/**
 * As `join`, which looks through the whole path each time.
 *
 * @param folder - absolute, without slashes at its end and beside each other, and without `.` and `..`
 * @param name - a name in it
 */
export function beneath(folder: ByteText, name: ByteText): ByteText {
  if (name === '..' || name === '.') return join(folder, name);
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
