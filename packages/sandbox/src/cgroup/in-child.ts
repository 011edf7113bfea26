import { errorCode, isSandboxError } from '@sb/core';
import { fileSystemType } from '@sb/files';
import { allows, type LandlockPolicy } from '@sb/landlock';

import { sandboxError } from '../errors.js';
import { pathOf } from '../policy/path-text.js';
import { Cgroup, type CgroupWish } from './cgroup.js';
import { mayLeave } from './may-leave.js';

/** What the plan expects, and whether the program may outlive this process. */
export interface CgroupExpected extends CgroupWish {
  /** Whether the program has no right of the user of this process. */
  readonly isOfAnother: boolean;
}

/**
 * Makes the cgroup of one start, if the plan expects one.
 *
 * @param landlock - the rules of the program, of which one may be a link that leads there
 * @throws SandboxError `not-permitted` if the program could leave it; `syscall-failed` if the kernel refuses it; those
 *   of `files`
 */
export function cgroupFor(
  expected: CgroupExpected | undefined,
  landlock: LandlockPolicy | undefined,
): Cgroup | undefined {
  if (expected === undefined) return undefined;
  if (!expected.isOfAnother && landlock !== undefined && mayWrite(landlock, expected.place))
    throw mayLeave(`as ${expected.place} is in one`, expected.place);
  try {
    return Cgroup.make(expected);
  } catch (error) {
    const errno = errorCode(error);
    if (isSandboxError(error) || errno === undefined) throw error;
    throw sandboxError('syscall-failed', 'cgroup', {
      what: `cannot make a cgroup in ${expected.place}: ${errno}`,
      hint: `${hints[errno] ?? usualHint} The target was not run.`,
      errno,
      cause: error,
    });
  }
}

/** CGROUP2_SUPER_MAGIC (statfs(2)) */
const cgroupType = 0x6367_7270;

/** Whether a rule that grants writing leads into a hierarchy of cgroups, or to a directory above the place of one. */
function mayWrite(landlock: LandlockPolicy, place: string): boolean {
  const writable = landlock.paths.filter(({ rights }) => rights.includes('write_file'));
  // What cannot be examined is refused by the launcher, or grants nothing.
  if (writable.some(({ path }) => fileSystemType(pathOf(path)) === cgroupType)) return true;
  try {
    return allows(landlock, { path: place, right: 'write_file' }).allowed;
  } catch (error) {
    // The launcher names the path of a rule that does not exist.
    if (isSandboxError(error)) return false;
    throw error;
  }
}

const usualHint =
  'Try systemd-run --user --scope -p Delegate=yes before the command, or leave the limits of the cgroup out.';

const hints: Readonly<Record<string, string>> = {
  EAGAIN: 'The cgroup above has as many cgroups as cgroup.max.descendants allows.',
  EBUSY: 'The cgroup above has processes by now, so the kernel sets no limits beneath it.',
  EOPNOTSUPP: 'The cgroup above is threaded, and has no limits for memory.',
};

/**
 * Adds the files of a cgroup to the descriptors of a launcher, which closes them. The path of a rule may lead elsewhere
 * by then. So the launcher examines once more what it opens, unless the program is of another user.
 *
 * @param expected - of the plan
 * @param descriptors - of the launcher
 * @returns their numbers in the launcher
 */
export function addCgroup(
  { procs, kill }: Pick<Cgroup, 'procs' | 'kill'>,
  expected: Pick<CgroupExpected, 'isOfAnother'> | undefined,
  descriptors: { readonly add: (descriptor: number) => number },
): { readonly procs: number; readonly kill: number | undefined; readonly isClosed: boolean } {
  const files = { procs: descriptors.add(procs), kill: kill === undefined ? undefined : descriptors.add(kill) };
  return { ...files, isClosed: expected?.isOfAnother !== true };
}
