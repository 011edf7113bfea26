import { closeSync } from 'node:fs';
import { release } from 'node:os';
import { dirname } from 'node:path';

import { errorCode, readKernelFile } from '@sb/core';
import { effectiveUser, filesClause, Folder, isFilesError } from '@sb/files';

import { native } from '../native.js';
import { type CgroupName, cgroupNames } from '../policy/cgroup.js';
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
  if (readIn(folder, 'cgroup.type') === undefined) return inFolder(folder, { name: own, mounts, isTop: true });
  return own === '/' ? unavailable(`${atNamespaceRoot}. ${remedy}`) : inParent(own, mounts);
}

const rule = 'the cgroup of this process has processes, so the kernel sets no limits beneath it (cgroups(7))';
const atNamespaceRoot = `${rule}, and it is the root of its cgroup namespace`;
const remedy =
  'Start this process by systemd-run --user --scope -p Delegate=yes, or in a unit with Delegate=yes and DelegateSubgroup=';

/** The cgroup of this process has processes, so a new one is beside it. */
function inParent(own: string, mounts: readonly CgroupMount[]): CgroupSupport {
  const name = dirname(own);
  const path = placeOf(name, mounts);
  if (path === undefined) return unavailable(`${rule}, and no mount shows the one above it. ${remedy}`);
  using folder = Folder.open(path);
  if (!isDelegated(folder)) return unavailable(`${rule}, and the one above it, ${name}, is not delegated. ${remedy}`);
  return inFolder(folder, { name, mounts, isTop: false });
}

/**
 * For an ordinary user the rights of the files show it. Root may write everywhere, but another manager, as a rule
 * systemd, has the cgroups that it has not given away.
 */
function isDelegated(folder: Folder): boolean {
  if (effectiveUser() !== 0) return isWritableIn(folder, 'cgroup.procs');
  const descriptor = folder.reopen();
  try {
    return native().isDelegated(descriptor) === 1;
  } finally {
    closeSync(descriptor);
  }
}

interface Found {
  readonly name: string;
  readonly mounts: readonly CgroupMount[];
  /** Whether it is the root of the hierarchy. */
  readonly isTop: boolean;
}

function inFolder(folder: Folder, { name, mounts, isTop }: Found): CgroupSupport {
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
    missing: missingIn(folder, isTop),
  };
}

/** The root of the hierarchy cannot be ended, so it has no such file. */
function hasKill(folder: Folder, isTop: boolean): boolean {
  if (!isTop) return folder.lookUp('cgroup.kill') !== undefined;
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 14);
}

function missingIn(folder: Folder, isTop: boolean): Partial<Record<CgroupName, string>> {
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
    const cause = isBusy ? 'the cgroup has processes (cgroups(7), "no internal processes")' : 'it is not writable';
    return canEnable
      ? []
      : [[name, `the controller ${name} cannot be enabled beneath ${folder.path}: ${cause}`] as const];
  });
  return Object.fromEntries(reasons);
}

function unavailable(reason: string): CgroupSupport {
  return { state: 'unavailable', reason };
}
