import { readKernelFile } from './kernel-file.js';

/**
 * The ordinary user who serves a file system. Instead of the kernel, that user decides about its content, owners and
 * permissions. By uid, or `unknown` if there may be such a user.
 */
export type ServingUser = number | 'unknown';

/**
 * The mounts that a process sees (proc_pid_mountinfo(5)).
 *
 * @param process - `self`, or the number of a process
 * @returns lines; an empty text if they cannot be read
 */
export function mountsOf(process: 'self' | '1'): string {
  try {
    return readKernelFile(`/proc/${process}/mountinfo`);
  } catch {
    return '';
  }
}

/**
 * Returns the line of a mount.
 *
 * @param mountinfo - the text of such a file
 * @param id - of the mount
 */
export function mountIn(mountinfo: string, id: number): string | undefined {
  return mountinfo.split('\n').find((line) => line.startsWith(`${id} `));
}

/**
 * Returns the ordinary user who serves a FUSE mount.
 *
 * @param mount - its line; names of other users in it have no spaces (the kernel writes `\040`)
 */
export function servingUserIn(mount: string): ServingUser | undefined {
  const [before = '', after = ''] = mount.split(' - ');
  const [, , , , , flags = ''] = before.split(' ');
  const [type = '', , options = ''] = after.split(' ');
  const user = /(?:^|,)user_id=(\d+)(?:,|$)/.exec(options)?.[1];
  if (user !== undefined) return user === '0' ? undefined : Number(user);
  // The host of a virtual machine serves it, and only root mounts it.
  if (type === 'virtiofs') return undefined;
  // A mount of an ordinary user has both.
  return ['nosuid', 'nodev'].every((flag) => flags.split(',').includes(flag)) ? 'unknown' : undefined;
}

/** Whether an ordinary user serves a mount, by its line, and root may enter it (`allow_other` in mount.fuse(8)). */
export function isServedToRoot(mount: string): boolean {
  const [, after = ''] = mount.split(' - ');
  const [type = '', , options = ''] = after.split(' ');
  const isOpen = type.startsWith('fuse') && options.split(',').includes('allow_other');
  return isOpen && servingUserIn(mount) !== undefined;
}

/**
 * Who serves a mount that root may enter, as the kernel has it now: who asks for anything there may wait for ever.
 *
 * @param id - of the mount, of which something is held open, so that no other one gets it
 * @returns undefined if it is not an ordinary user, and where the kernel lists no mounts to this process; `unknown` where it lists
 *   others, and not this one
 */
export function userOfMount(id: number): ServingUser | undefined {
  const own = mountsOf('self');
  // Mounts above a directory that is this process's root are visible to the first process only (chroot(2)).
  const first = mountIn(own, id) === undefined ? mountsOf('1') : '';
  const mount = mountIn(own, id) ?? mountIn(first, id);
  if (mount === undefined) return own === '' && first === '' ? undefined : 'unknown';
  return isServedToRoot(mount) ? servingUserIn(mount) : undefined;
}

/** Whether an ordinary user serves a mount to root, by {@link userOfMount}. */
export function isServedMount(id: number): boolean {
  return userOfMount(id) !== undefined;
}
