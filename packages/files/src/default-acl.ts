import { closeSync, constants, openSync, fstatSync, unlinkSync } from 'node:fs';

import { refusal } from './errors.js';
import type { Folder } from './folder.js';

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

const name = '.sb-acl';
const permissions = 0o777;

/**
 * Refuses a directory that has a default ACL from the one above. Such a directory has an access ACL as well, in which
 * the group's mode is the mask (acl(5)). So fchmod(2) opens it to all whom the ACL names, not only to the group.
 *
 * Node has no getxattr(2). But the umask is ignored in a directory with a default ACL (umask(2)). With a umask that
 * removes everything, a new file has permissions there, and nowhere else. That also applies to FUSE and NFS if they
 * support ACLs of this kind. NFSv4.1 and earlier apply the umask before they ask the server, whose ACLs are outside
 * this check.
 *
 * @param folder - empty, and accessible to this user only
 * @param above - path of the directory in which it was created
 * @throws SandboxError `untrusted-path` if it has one; Error of the system
 */
export function requireNoDefaultAcl(folder: Folder, above: string): void {
  if (modeOfNewFile(folder) === 0) return;
  throw refusal('untrusted-path', {
    path: above,
    what: `${above} has a default ACL, which could give other users access to what is shared there`,
    hint: `Remove that ACL: "setfacl -k ${above}".`,
  });
}

/** The umask applies to the whole process: nothing else runs until it is restored. */
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
