import { closeSync, fstatSync } from 'node:fs';

import { openKernelFile, readKernelFile, readTaskStatus } from '@sb/core';

/** Who this process is: by the kernel's own word where it can be read, since fakeroot(1) changes the C library's. */
export function effectiveUser(): number | undefined {
  try {
    return readTaskStatus('self').uid[1];
  } catch {
    return process.geteuid?.();
  }
}

/** A file that belongs to root of the machine, whatever the namespace (fs/proc/proc_sysctl.c). */
const rootsFile = '/proc/sys/kernel/overflowuid';

/**
 * Whether this process may do what others may not, so that they could use it to do it for them. Root of a user namespace
 * whose only user is itself is not: outside it is somebody ordinary (user_namespaces(7)).
 */
export function isRoot(): boolean {
  return effectiveUser() === 0 && !isOnlyUser();
}

function isOnlyUser(): boolean {
  try {
    const lengths = readKernelFile('/proc/self/uid_map').trim().split('\n');
    const ranges = lengths.map((line) => line.trim().split(/\s+/).map(Number));
    // Who is root outside is root, however few users its namespace has, and whatever it is called in those between.
    const isOne = ranges.length === 1 && ranges.every(([, , length]) => length === 1);
    // Root of a container, which is nobody on the machine, is root to the other users of that container.
    const isRootOutside = ranges.some(([, outside]) => outside === 0) || ownerOf(rootsFile) === 0;
    return isOne && !isRootOutside;
  } catch {
    // Without /proc nothing says so.
    return false;
  }
}

/** As this namespace has it: the overflow id for one that has no number here. */
function ownerOf(path: string): number {
  const descriptor = openKernelFile(path);
  try {
    return fstatSync(descriptor).uid;
  } finally {
    closeSync(descriptor);
  }
}
