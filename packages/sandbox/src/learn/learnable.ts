import { dirname } from 'node:path';

import { isThere, look, lookAtLink } from '@sb/files';

import type { Denial } from '../denials/denial.js';
import { neverWhole } from '../denials/whole-directories.js';
import { isBeneath, type Learned, type LearnedAccess } from './learned.js';

/** Within which bounds something may be learned. All paths are absolute and have no links. */
export interface Bounds {
  /** Nothing outside of them is granted. */
  readonly within: readonly string[];
  /** Nothing outside of them is granted for writing, nor a whole directory to a program of root. */
  readonly own: readonly string[];
  /** The user that the program runs as. */
  readonly uid: number;
  /** Home directories, which are never granted as a whole because of a few names. */
  readonly homes: readonly string[];
  /** Credentials, which are never granted. */
  readonly secrets: readonly string[];
  /** When learning began, in milliseconds since 1970: what has changed since is the program's work, and may be missing in the next run. */
  readonly began: number;
  /** Whether the policy has a private temporary directory. */
  readonly hasTmp: boolean;
}

/** Directories of everybody's, in which names are new in each run. */
const shared: ReadonlySet<string> = new Set(['/tmp', '/var/tmp']);

/** What a denial teaches: rules, or why nothing is learned. */
export type Lesson = { readonly rules: readonly Learned[] } | { readonly refused: string };

/**
 * Decides what a denial teaches.
 *
 * @param denial - of a run
 * @param bounds - within which rules may be
 */
export function lessonOf(denial: Denial, bounds: Bounds): Lesson {
  const { add, count, layer, right } = denial;
  if (
    layer !== 'landlock' ||
    right === 'resolve_unix' ||
    add === undefined ||
    (add.path === undefined && add.net === undefined)
  )
    return { refused: 'only files and TCP ports are learned' };
  if (add.net !== undefined) {
    const { connectTcp = [], bindTcp = [] } = add.net;
    return {
      rules: [
        ...connectTcp.map((port): Learned => ({ net: 'connectTcp', port, count })),
        ...bindTcp.map((port): Learned => ({ net: 'bindTcp', port, count })),
      ],
    };
  }
  return lessonOfPath(add.options ?? [], count, bounds);
}

function lessonOfPath([option = '', path]: readonly string[], count: number, bounds: Bounds): Lesson {
  if (path === undefined) return { refused: 'no option of sb-run grants it' };
  const access = option.slice(2) as LearnedAccess;
  if (shared.has(path) && access === 'rw' && !bounds.hasTmp) return { rules: [{ tmp: 'private', count }] };
  const refused = whyNot(path, bounds) ?? whyNotWritten(access, path, bounds);
  return refused === undefined ? { rules: [{ access, path: placeOf(access, path, bounds), count }] } : { refused };
}

/**
 * The place that a rule names. A file that is written, or that a run has made and executes, may be missing at the next start,
 * and then its rule is left out. So its directory is named, where writing may be learned and the directory may be granted.
 */
function placeOf(access: LearnedAccess, path: string, bounds: Bounds): string {
  const folder = dirname(path);
  const stats = path === '/dev/null' ? undefined : examined(path);
  const isLost = access.includes('w') || (access.includes('x') && (stats?.ctimeMs ?? 0) >= bounds.began);
  if (!isLost || stats === undefined || stats.isDirectory()) return path;
  return mayGrantWhole(folder, bounds) && whyNotWritten('rw', folder, bounds) === undefined ? folder : path;
}

function whyNotWritten(access: LearnedAccess, path: string, { own }: Bounds): string | undefined {
  if (!access.includes('w') || path === '/dev/null' || own.some((folder) => isBeneath(path, folder))) return undefined;
  return 'writing is learned only beneath the working directory, or --learn-within';
}

/** Whether a directory may be granted as a whole, because of some names in it. */
export function mayGrantWhole(folder: string, bounds: Bounds): boolean {
  return !neverWhole.has(folder) && !bounds.homes.includes(folder) && whyNot(folder, bounds) === undefined;
}

/**
 * Why a path that was learned must not be granted any more; undefined if it may be. The program may have put a link where it
 * was denied a file, in a directory in which it may write.
 *
 * @param path - of an earlier run, of which no process is left
 * @param bounds - within which rules may be
 */
export function whyNotNow(path: string, bounds: Bounds): string | undefined {
  if (hasLink(path)) return 'a symbolic link is in its path now';
  // A file that a run has made may be missing.
  return isThere(path) ? whyNot(path, bounds) : undefined;
}

/** Whether a name of a path is a link, or cannot be examined. */
export function hasLink(path: string): boolean {
  const names = path.split('/').filter((name) => name !== '');
  return names.some((_, index) => {
    try {
      return lookAtLink(`/${names.slice(0, index + 1).join('/')}`)?.isSymbolicLink() === true;
    } catch {
      return true;
    }
  });
}

/** Why a path is not granted; undefined if it may be. */
function whyNot(path: string, bounds: Bounds): string | undefined {
  const { within, secrets } = bounds;
  if (secrets.some((secret) => isBeneath(path, secret))) return 'it is a credential';
  if (secrets.some((secret) => isBeneath(secret, path))) return 'credentials are beneath it';
  if (!within.some((folder) => isBeneath(path, folder))) return 'it is outside of --learn-within';
  return whyNotOwn(path, bounds);
}

/** Files of the machine that not everybody may read are not learned either, for instance /etc/shadow. */
function whyNotOwn(path: string, bounds: Bounds): string | undefined {
  const { uid, own } = bounds;
  const stats = examined(path);
  if (stats === undefined) return 'it cannot be examined';
  if (stats.uid !== 0 && stats.uid !== uid) return `it belongs to uid ${stats.uid}`;
  if (stats.isDirectory() && neverWhole.has(path)) return 'it is a directory of the whole machine';
  // Root may read everything that lies in it.
  if (stats.isDirectory() && uid === 0 && !own.some((folder) => isBeneath(path, folder)))
    return 'root could read all of that directory; name it by --learn-within, or add --user';
  if (stats.uid === uid && uid !== 0) return undefined;
  if ((stats.mode & othersRead) === 0) return 'it is a file of root that others may not read';
  return uid === 0 ? whyNotRoots(path, bounds) : undefined;
}

/**
 * Why a file that everybody may read by its own mode is not for everybody. Others may not enter a directory above it, for
 * example /etc/sudoers.d. Or root's program has changed the mode of one of them, which Landlock cannot forbid.
 */
function whyNotRoots(path: string, { within, own, began }: Bounds): string | undefined {
  const folders = foldersBetween(path, within).map(examined);
  if (folders.some((stats) => stats === undefined || (stats.mode & othersSearch) === 0))
    return 'it is a file of root, and others may not enter a directory above it';
  // The kernel's own files have the time at which they were looked up.
  if (kernels.test(path) || own.some((folder) => isBeneath(path, folder))) return undefined;
  const isChanged = [examined(path), ...folders].some((stats) => stats === undefined || stats.ctimeMs >= began);
  return isChanged ? 'it was changed after learning began' : undefined;
}

/** The directories above a path that are beneath the bound that is nearest to it. */
function foldersBetween(path: string, within: readonly string[]): readonly string[] {
  const above = within.filter((folder) => isBeneath(path, folder)).toSorted((a, b) => b.length - a.length)[0] ?? '/';
  const found: string[] = [];
  for (let folder = dirname(path); folder !== above && isBeneath(folder, above); folder = dirname(folder))
    found.push(folder);
  return found;
}

const kernels = /^\/(?:proc|sys)\//;

/** S_IROTH of inode(7). */
const othersRead = 0o004;

/** S_IXOTH: to look up names in a directory. */
const othersSearch = 0o001;

function examined(path: string): ReturnType<typeof look> {
  try {
    return look(path);
  } catch {
    return undefined;
  }
}
