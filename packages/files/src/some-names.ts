import { opendirSync } from 'node:fs';

import type { Folder } from './folder.js';

/**
 * Returns a few names of a directory: millions of entries do not cost time or memory.
 *
 * @param limit - the most names
 * @throws Error of the system
 */
export function someNames(folder: Folder, limit: number): readonly string[] {
  const opened = opendirSync(folder.at('.'));
  try {
    const names: string[] = [];
    for (let entry = opened.readSync(); entry !== null && names.length < limit; entry = opened.readSync()) {
      names.push(entry.name);
    }
    return names;
  } finally {
    opened.closeSync();
  }
}
