import { fstatSync } from 'node:fs';

import type { Beginning } from '../values/confirmation.js';
import { isPast } from '../values/file-time.js';

/**
 * What a file holds, and how a server can confirm that. A whole second is a server's time that was set when it was left;
 * a time in the future says nothing of when its last byte came.
 *
 * @param descriptor - of the file
 * @returns null if it holds nothing, or nothing that can be confirmed
 */
export function beginningIn(descriptor: number): Beginning | null {
  const { mtimeMs, size } = fstatSync(descriptor);
  if (size === 0 || !isPast(mtimeMs)) return null;
  const lastModified = mtimeMs % 1000 === 0 ? mtimeMs : null;
  return { length: size, etag: null, lastModified, lastByte: Math.floor(mtimeMs) };
}
