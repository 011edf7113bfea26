import { opendirSync } from 'node:fs';

import type { Folder } from './folder.js';

/**
 * A few names of a folder: who fills it with millions of them takes neither the time nor the memory of who looks.
 *
 * @param limit - at most so many
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
