import { errorCode } from './errno.js';
import { readKernelFile } from './kernel-file.js';

/** A range of ids that exist in a user namespace: `[first, count]`. */
export type IdRange = readonly [first: number, count: number];

/** The ids that a user namespace maps, and the number that it shows in place of all others. */
export interface IdMap {
  readonly ranges: readonly IdRange[];
  /** What the kernel shows for an id without a mapping here (`proc_sys_kernel(5)`). */
  readonly overflow: number;
}

/** The default of `overflowuid` and `overflowgid` (kernel/sys.c). */
export const defaultOverflowId = 65_534;

/** Every id except -1, which stands for none: the map of the initial user namespace. */
const allIds = 0xffff_ffff;

/**
 * Reads the map of this process's user namespace (`user_namespaces(7)`).
 *
 * @param kind - of users, or of groups
 * @throws Error of the system, except `ENOENT`: a kernel without user namespaces has no map, and has all ids
 */
export function readIdMap(kind: 'uid' | 'gid'): IdMap {
  const overflow = readOptional(`/proc/sys/kernel/overflow${kind}`);
  return {
    ranges: parseIdMap(readOptional(`/proc/self/${kind}_map`)),
    overflow: overflow === undefined ? defaultOverflowId : Number(overflow),
  };
}

/** Parses `/proc/<pid>/uid_map`: lines of "first-inside first-outside count". A kernel without the file maps all. */
export function parseIdMap(text: string | undefined): readonly IdRange[] {
  if (text === undefined) return [[0, allIds]];
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): IdRange => {
      const [first, , count] = line.trim().split(/\s+/).map(Number);
      return [first ?? 0, count ?? 0];
    });
}

/** Whether an id exists in a user namespace. */
export function isMapped(id: number, { ranges }: Pick<IdMap, 'ranges'>): boolean {
  return ranges.some(([first, count]) => id >= first && id < first + count);
}

/**
 * Whether an id that was read may stand for one without a mapping here, including that of root outside. The kernel shows the
 * overflow id for all of those, even if the overflow id is mapped. Only if every id is mapped does it stand for itself.
 */
export function mayBeStranger(id: number, { ranges, overflow }: IdMap): boolean {
  return id === overflow && !ranges.some(([first, count]) => first === 0 && count >= allIds);
}

/** Reads a file that a kernel without user namespaces does not have. */
function readOptional(path: string): string | undefined {
  try {
    return readKernelFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
