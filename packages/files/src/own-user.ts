import { closeSync, fstatSync } from 'node:fs';

import { openKernelFile, readKernelFile, readTaskStatus } from '@sb/core';

/** The kernel's last answer, and that of the C library then. */
let last: { readonly library: number | undefined; readonly kernel: number } | undefined;

/**
 * Returns the user of this process, according to the kernel if that can be read: fakeroot(1) changes the answer of the
 * C library. The kernel is asked again if the library's answer has changed: each name of a path needs the user.
 */
export function effectiveUser(): number | undefined {
  const library = process.geteuid?.();
  try {
    if (last === undefined || last.library !== library) last = { library, kernel: readTaskStatus('self').uid[1] };
    return last.kernel;
  } catch {
    return library;
  }
}

/** A file that belongs to root of the machine in every namespace (fs/proc/proc_sysctl.c). */
const rootsFile = '/proc/sys/kernel/overflowuid';

/**
 * Whether this process has rights that other users lack, so that they could misuse it. Root of a user namespace with a
 * single user has none: outside, it is an ordinary user (user_namespaces(7)).
 */
export function isRoot(): boolean {
  return effectiveUser() === 0 && !isOnlyUser();
}

/** A process with several threads, as Node is, stays in its user namespace (unshare(2), setns(2)). */
let isAlone: boolean | undefined;

function isOnlyUser(): boolean {
  try {
    return (isAlone ??= hasOneUser());
  } catch {
    // Without /proc, this is unknown.
    return false;
  }
}

function hasOneUser(): boolean {
  const lengths = readKernelFile('/proc/self/uid_map').trim().split('\n');
  const ranges = lengths.map((line) => line.trim().split(/\s+/).map(Number));
  // Root of the machine is root, even if its namespace has few users, and under any id in the namespaces between.
  const isOne = ranges.length === 1 && ranges.every(([, , length]) => length === 1);
  // Root of a container, which is an ordinary user of the machine, is root for the other users of that container.
  const isRootOutside = ranges.some(([, outside]) => outside === 0) || ownerOf(rootsFile) === 0;
  return isOne && !isRootOutside;
}

/** The id in this namespace: the overflow id for a user without an id here. */
function ownerOf(path: string): number {
  const descriptor = openKernelFile(path);
  try {
    return fstatSync(descriptor).uid;
  } finally {
    closeSync(descriptor);
  }
}
