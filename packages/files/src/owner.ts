import { servingUserOf, whyServed } from './serving-user.js';

/**
 * Returns why a file or directory may not belong to the user that stat(2) reports, as the end of a sentence about it.
 * The reason is that an ordinary user serves its file system (FUSE), and decides about its owner.
 *
 * @param descriptor - also with O_PATH. Root gets it from `holdTrusted` or the like, which refuse what may never answer
 * @param trusted - by uid: users who are trusted in addition to root
 * @returns undefined if the kernel or a trusted user decides
 * @throws Error of the system, also if `/proc` cannot be read
 */
export function whyOwnerUnknown(descriptor: number, trusted?: number): string | undefined {
  const servedBy = servingUserOf(descriptor);
  return servedBy === undefined || servedBy === trusted ? undefined : whyServed(servedBy);
}
