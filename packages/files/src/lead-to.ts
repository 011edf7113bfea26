import { readlinkSync, symlinkSync } from 'node:fs';

import type { Folder } from './folder.js';

/**
 * Makes a name in a folder a symbolic link. A link that leads elsewhere is replaced.
 *
 * @param target - what the link holds
 * @throws Error of the system: EEXIST where the name stands for anything else
 */
export function leadTo(target: string, folder: Folder, name: string): void {
  if (folder.lookUp(name)?.isSymbolicLink() === true) {
    if (readlinkSync(folder.at(name)) === target) return;
    folder.remove(name);
  }
  symlinkSync(target, folder.at(name));
}
