import { readSync } from 'node:fs';

import type { Destination } from '@sb/fetcher/files';

import { limitsFor } from './limits.js';

/** More than the white space and the byte-order mark before the first tag of a page. */
const looked = 256;

/**
 * Whether a database or a signature begins as a web page. A network that requires a login answers every request with
 * one. Other formats are accepted: makepkg's sources may have any format under these names.
 */
export function isPage({ name, descriptor }: Pick<Destination, 'name' | 'descriptor'>): boolean {
  if (limitsFor(name, false).maxBytes === undefined) return false;
  const beginning = Buffer.alloc(looked);
  const length = readSync(descriptor, beginning, 0, looked, 0);
  return (
    beginning
      .toString('utf8', 0, length)
      .replace(/^\uFEFF/, '')
      .trimStart()
      .search(/<[!?a-z]/i) === 0
  );
}
