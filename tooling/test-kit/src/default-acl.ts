import { spawnSync } from 'node:child_process';

// As the kernel stores it: the version, and entries of a tag, rights and an id (linux/posix_acl_xattr.h).
const script = `
import os, struct, sys

entries = [(0x01, 7, -1), (0x02, 7, int(sys.argv[2])), (0x04, 5, -1), (0x10, 7, -1), (0x20, 5, -1)]

acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHi', *entry) for entry in entries)
os.setxattr(sys.argv[1], 'system.posix_acl_default', acl)
`;

/**
 * Sets the default ACL of a directory, as `setfacl -d -m u:UID:rwx` does. Everything that is made there later gives the user
 * each right that its mode lets the group have. The user gets no right to the directory itself.
 *
 * @throws Error where the file system has no ACLs
 */
export function setDefaultAcl(folder: string, uid: number): void {
  const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', script, folder, String(uid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
