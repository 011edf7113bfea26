import type { LandlockPolicy } from '@sb/landlock';

/** A rule's path as text for people; bytes that are not UTF-8 are replaced. */
export function pathOf(path: LandlockPolicy['paths'][number]['path']): string {
  return typeof path === 'string' ? path : Buffer.from(path.base64, 'base64').toString();
}
