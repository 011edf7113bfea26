import { fstatSync, type Stats } from 'node:fs';

import type { Beginning } from '../values/confirmation.js';
import { isPast } from '../values/file-time.js';

/**
 * Returns the size of a file, and how a server can confirm its content. A time in whole seconds is a server's time, set
 * when an earlier attempt ended. A time in the future does not tell when the last byte arrived.
 *
 * @param descriptor - of the file
 * @returns null if the file is empty, or its content cannot be confirmed
 */
export function beginningIn(descriptor: number): Beginning | null {
  const { mtimeMs, size } = fstatSync(descriptor);
  if (size === 0 || !isPast(mtimeMs)) return null;
  const lastModified = mtimeMs % 1000 === 0 ? mtimeMs : null;
  return { length: size, etag: null, lastModified, lastByte: Math.floor(mtimeMs) };
}

/** The time of a file, in milliseconds since 1970; null if it is missing or not regular, or its time lies in the future. */
export function pastTime(stats: Stats | undefined): number | null {
  if (stats?.isFile() !== true || !isPast(stats.mtimeMs)) return null;
  return Math.max(0, Math.trunc(stats.mtimeMs));
}
