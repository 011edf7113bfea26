import { closeSync, constants, openSync, fstatSync, unlinkSync } from 'node:fs';

import { refusal } from './errors.js';
import type { Folder } from './folder.js';

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const name = '.sb-acl';
const permissions = 0o777;

/**
 * Refuses a folder that has got a default ACL from the one above. Such a folder has an access ACL as well, and there the
 * mode of the group is the mask (acl(5)): fchmod(2) opens it to all whom the ACL names, and not to the group.
 *
 * Node has no getxattr(2). But the umask counts for nothing where a folder has a default ACL (umask(2)): with one that takes
 * everything, a new file has rights there and nowhere else. That is so also with FUSE and NFS where they know ACLs of this
 * kind; NFSv4.1 and earlier take the umask away before they ask the server, whose ACLs are its own affair.
 *
 * @param folder - empty, and nobody else's
 * @param above - path of the folder that it was made in
 * @throws SandboxError `untrusted-path` where it has one; Error of the system
 */
export function requireNoDefaultAcl(folder: Folder, above: string): void {
  if (modeOfNewFile(folder) === 0) return;
  throw refusal('untrusted-path', {
    path: above,
    what: `${above} has a default ACL, by which others could get at what is shared there`,
    hint: `Remove that ACL: "setfacl -k ${above}".`,
  });
}

/** The umask is the whole process's: nothing else runs until it is back. */
function modeOfNewFile(folder: Folder): number {
  const path = folder.at(name);
  const before = process.umask(permissions);
  let descriptor: number;
  try {
    descriptor = openSync(path, newFile, permissions);
  } finally {
    process.umask(before);
  }
  try {
    return fstatSync(descriptor).mode & permissions;
  } finally {
    closeSync(descriptor);
    unlinkSync(path);
  }
}
