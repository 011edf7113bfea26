import { dirname } from 'node:path';

import { errorCode, lateOs, readKernelFile } from '@sb/core';
import { effectiveUser, filesClause, Folder, isFilesError } from '@sb/files';

import { type CgroupName, cgroupNames } from '../policy/cgroup.js';
import { isDelegated, isManagedByUser } from './delegation.js';
import { isWritableIn, readIn, wordsIn } from './files.js';
import { type CgroupMount, cgroupMounts, cgroupOf, placeOf } from './mounts.js';

/** What cgroup v2 offers to this process. Plain data. */
export type CgroupSupport =
  | {
      readonly state: 'available';
      /** The directory in which each start gets a cgroup; absolute. */
      readonly place: string;
      /** The same cgroup as `/proc/PID/cgroup` names it. */
      readonly name: string;
      /** Where cgroup v2 is mounted, in any part. */
      readonly mounts: readonly string[];
      /** The user that may write there. */
      readonly owner: number;
      /** Whether the kernel can end all processes of a cgroup (cgroup.kill, Linux 5.14). */
      readonly kill: boolean;
      /** Why some limits cannot be set. */
      readonly missing: Readonly<Partial<Record<CgroupName, string>>>;
    }
  | { readonly state: 'unavailable'; readonly reason: string };

/** Asks the kernel; changes nothing. */
export function cgroupSupport(): CgroupSupport {
  if (process.platform !== 'linux') return unavailable('only Linux has it');
  try {
    return supportFrom(readKernelFile('/proc/self/cgroup'), readKernelFile('/proc/self/mountinfo'));
  } catch (error) {
    if (isFilesError(error)) return unavailable(filesClause(error));
    const errno = errorCode(error);
    if (errno === undefined) throw error;
    return unavailable(`cgroup v2 cannot be examined: ${errno}`);
  }
}

function supportFrom(cgroups: string, mountinfo: string): CgroupSupport {
  const own = cgroupOf(cgroups);
  if (own === undefined) return unavailable('this kernel has no cgroup v2, or another hierarchy is in its place');
  const mounts = cgroupMounts(mountinfo);
  if (mounts.length === 0) return unavailable('cgroup v2 is not mounted');
  const path = placeOf(own, mounts);
  if (path === undefined) return unavailable(`no mount of cgroup v2 shows the cgroup of this process, ${own}`);
  using folder = Folder.open(path);
  // Only the root of the whole hierarchy may have both processes and limits for the cgroups in it.
  if (readIn(folder, 'cgroup.type') === undefined)
    return inFolder(folder, { name: own, mounts, isTop: true, isManaged: false });
  return own === '/' ? atNamespaceRoot(folder) : inParent(own, mounts);
}

const rule = 'the cgroup of this process has processes, so the kernel sets no limits beneath it (cgroups(7))';
const remedy =
  'Start this process by systemd-run --user --scope -p Delegate=yes, or in a unit with Delegate=yes and DelegateSubgroup=';

/** As in a container. Nothing is visible beside it, and other processes there would have to be moved. */
function atNamespaceRoot(folder: Folder): CgroupSupport {
  const why = `${rule}, and it is the root of its cgroup namespace, as in a container`;
  const canMove = folder.isWritable() && isWritableIn(folder, 'cgroup.procs');
  return unavailable(`${why}. ${canMove ? moveAway(folder.path) : limitContainer}`);
}

const moveAway = (path: string): string =>
  `Move each process of it to another cgroup before: mkdir ${path}/init; echo PID >${path}/init/cgroup.procs`;

const limitContainer =
  'cgroup v2 cannot be changed here. Set the limits of the container itself: docker run --memory, --pids-limit, --cpus';

/** The cgroup of this process has processes, so a new one is beside it. */
function inParent(own: string, mounts: readonly CgroupMount[]): CgroupSupport {
  const name = dirname(own);
  const path = placeOf(name, mounts);
  if (path === undefined) return unavailable(`${rule}, and no mount shows the one above it. ${remedy}`);
  using folder = Folder.open(path);
  if (!isDelegated(folder, name))
    return unavailable(`${rule}, and the one above it, ${name}, is not delegated. ${remedy}`);
  return inFolder(folder, { name, mounts, isTop: false, isManaged: isManagedByUser(name, mounts) });
}

interface Found {
  readonly name: string;
  readonly mounts: readonly CgroupMount[];
  /** Whether it is the root of the hierarchy. */
  readonly isTop: boolean;
  /** Whether another process of the user enables and disables its controllers. */
  readonly isManaged: boolean;
}

function inFolder(folder: Folder, { name, mounts, isTop, isManaged }: Found): CgroupSupport {
  if (!folder.isWritable() || !isWritableIn(folder, 'cgroup.procs')) {
    return unavailable(`this process may not write to ${folder.path}, or it is mounted read-only`);
  }
  return {
    state: 'available',
    place: folder.path,
    name,
    mounts: mounts.map(({ path }) => path),
    owner: effectiveUser() ?? 0,
    kill: hasKill(folder, isTop),
    missing: missingIn(folder, { isTop, isManaged }),
  };
}

/** The root of the hierarchy cannot be ended, so it has no such file. */
function hasKill(folder: Folder, isTop: boolean): boolean {
  if (!isTop) return folder.lookUp('cgroup.kill') !== undefined;
  const [major = 0, minor = 0] = lateOs().release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

function missingIn(
  folder: Folder,
  { isTop, isManaged }: Pick<Found, 'isTop' | 'isManaged'>,
): Partial<Record<CgroupName, string>> {
  const offered = wordsIn(folder, 'cgroup.controllers');
  const enabled = wordsIn(folder, 'cgroup.subtree_control');
  const isBusy = !isTop && wordsIn(folder, 'cgroup.procs').length > 0;
  const canEnable = !isBusy && isWritableIn(folder, 'cgroup.subtree_control');
  const reasons = cgroupNames.flatMap((name) => {
    if (enabled.includes(name)) return [];
    if (!offered.includes(name)) {
      const why = `${folder.path} does not have the controller ${name}: it is not delegated, or cgroup v1 has it`;
      return [[name, why] as const];
    }
    if (isManaged) return [[name, `${takenAway(name, folder.path)}. ${remedy}`] as const];
    const cause = isBusy ? 'the cgroup has processes (cgroups(7), "no internal processes")' : 'it is not writable';
    return canEnable
      ? []
      : [[name, `the controller ${name} cannot be enabled beneath ${folder.path}: ${cause}`] as const];
  });
  return Object.fromEntries(reasons);
}

/** systemd disables what none of its units needs, and the limit is gone then. */
const takenAway = (name: CgroupName, path: string): string =>
  `the controller ${name} is not enabled beneath ${path}, and systemd --user, which has that cgroup, could disable it at any time`;

function unavailable(reason: string): CgroupSupport {
  return { state: 'unavailable', reason };
}
