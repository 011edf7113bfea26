import { fstatSync } from 'node:fs';

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
