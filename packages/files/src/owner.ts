import { closeSync, openSync } from 'node:fs';

import { servingUserOf, whyServed } from './serving-user.js';
import { oPath } from './walk.js';

/**
 * Why a file or folder need not be of whom stat(2) says, as the end of a sentence about it: an ordinary user serves the file
 * system that it lies on (FUSE), and says whose it is. Of a path it is true at this moment; nothing of it is opened.
 *
 * @param place - a path, whose links are followed, or a descriptor
 * @param trusted - by uid: who is believed, beside root
 * @returns undefined where the kernel says it, or who is believed
 * @throws Error of the system, also where `/proc` can't be read
 */
export function whyOwnerUnknown(place: string | number, trusted?: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const descriptor = typeof place === 'number' ? place : openSync(place, oPath);
  try {
    const servedBy = servingUserOf(descriptor);
    return servedBy === undefined || servedBy === trusted ? undefined : whyServed(servedBy);
  } finally {
    if (descriptor !== place) closeSync(descriptor);
  }
}
