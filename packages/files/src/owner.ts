import { closeSync, openSync } from 'node:fs';

import { servingUserOf, whyServed } from './serving-user.js';
import { oPath } from './walk.js';

/**
 * Returns why a file or directory may not belong to the user that stat(2) reports, as the end of a sentence about it.
 * The reason is that an ordinary user serves its file system (FUSE), and decides about its owner. For a path, the
 * answer is true at this moment; nothing is opened.
 *
 * @param place - a path, whose links are followed, or a descriptor
 * @param trusted - by uid: users who are trusted in addition to root
 * @returns undefined if the kernel or a trusted user decides
 * @throws Error of the system, also if `/proc` cannot be read
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
