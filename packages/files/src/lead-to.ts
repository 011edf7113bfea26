import { readlinkSync, symlinkSync } from 'node:fs';

import type { Folder } from './folder.js';

/**
 * Makes a name in a directory a symbolic link. A link with another target is replaced.
 *
 * @param target - the target of the link
 * @throws Error of the system: EEXIST if the name leads to anything else
 */
export function leadTo(target: string, folder: Folder, name: string): void {
  if (folder.lookUp(name)?.isSymbolicLink() === true) {
    if (readlinkSync(folder.at(name)) === target) return;
    folder.remove(name);
  }
  symlinkSync(target, folder.at(name));
}
