import { rmdirSync } from 'node:fs';

import type { Folder } from './folder.js';

/**
 * Removes an empty directory, or a cgroup without processes.
 *
 * @param folder - that contains it
 * @throws Error of the system: ENOTEMPTY, or EBUSY for a cgroup that is in use
 */
export function removeFolder(folder: Folder, name: string): void {
  rmdirSync(folder.at(name));
}
