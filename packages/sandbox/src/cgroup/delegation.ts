/** Which cgroups a manager, as a rule systemd, has given away. */
import { closeSync } from 'node:fs';
import { dirname } from 'node:path';

import { errorCode, readKernelLink } from '@sb/core';
import { effectiveUser, Folder, isFilesError } from '@sb/files';

import { native } from '../native.js';
import { isWritableIn } from './files.js';
import { type CgroupMount, placeOf } from './mounts.js';

/** PROC_CGROUP_INIT_INO of the kernel (include/linux/proc_ns.h): the namespace that the machine starts with. */
const firstNamespace = 'cgroup:[4026531835]';

/**
 * Whether this process may make cgroups in one. For an ordinary user the rights of the files show it. Root may write
 * everywhere, but the manager has what it has not given away. The root of another cgroup namespace is given to the
 * processes in that namespace (cgroup_namespaces(7)).
 *
 * @param folder - of the cgroup
 * @param name - as in `/proc/PID/cgroup`
 * @throws Error of the system
 */
export function isDelegated(folder: Folder, name: string): boolean {
  if (effectiveUser() !== 0) return isWritableIn(folder, 'cgroup.procs');
  return isMarked(folder) || (name === '/' && readKernelLink('/proc/self/ns/cgroup') !== firstNamespace);
}

/**
 * Whether a manager of the same user has a cgroup, as `systemd --user` has those that it got from the systemd of the
 * machine. It may enable and disable controllers there at any time. Only the first manager leaves marks.
 *
 * @param name - of a cgroup, as in `/proc/PID/cgroup`
 * @param mounts - where it may be visible
 */
export function isManagedByUser(name: string, mounts: readonly CgroupMount[]): boolean {
  if (effectiveUser() === 0 || isMarkedAt(name, mounts)) return false;
  for (let above = name; above !== '/';) {
    above = dirname(above);
    if (isMarkedAt(above, mounts)) return true;
  }
  return false;
}

function isMarkedAt(name: string, mounts: readonly CgroupMount[]): boolean {
  const path = placeOf(name, mounts);
  if (path === undefined) return false;
  try {
    using folder = Folder.open(path);
    return isMarked(folder);
  } catch (error) {
    // What this user may not read is not marked for it.
    if (isFilesError(error) || errorCode(error) !== undefined) return false;
    throw error;
  }
}

function isMarked(folder: Folder): boolean {
  const descriptor = folder.reopen();
  try {
    return native().isDelegated(descriptor) === 1;
  } finally {
    closeSync(descriptor);
  }
}
