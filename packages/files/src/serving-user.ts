import { statfsSync } from 'node:fs';

import { readKernelFile } from '@sb/core';

import { mountOf } from './mount-of.js';

/** The types of FUSE in statfs(2), and of virtiofs, which is a part of it. */
const fuse = 0x6573_5546;

/**
 * The ordinary user who serves a file system. Instead of the kernel, that user decides about its content, owners and
 * permissions. By uid, or `unknown` if there may be such a user.
 */
export type ServingUser = number | 'unknown';

/**
 * Returns the user who serves a file system, according to the kernel's options of a FUSE mount. Any user may mount one
 * with fusermount(1), and make it accessible to root (`allow_other` in mount.fuse(8)). File systems that root has
 * mounted are trusted like root.
 *
 * @param descriptor - of anything on the file system, also with O_PATH
 * @returns undefined if no ordinary user serves it
 * @throws Error of the system if `/proc` cannot be read
 * @see proc_pid_mountinfo(5)
 */
export function servingUserOf(descriptor: number): ServingUser | undefined {
  if (process.platform !== 'linux' || !mayBeFuse(descriptor)) return undefined;
  const id = mountOf(descriptor);
  // Mounts above a directory that is this process's root are visible to the first process only (chroot(2)).
  for (const process of ['self', '1']) {
    const mount = mountIn(mountsOf(process), id ?? Number.NaN);
    if (mount !== undefined) return servingUserIn(mount);
  }
  return 'unknown';
}

/** A server that does not answer statfs(2) may be one of FUSE. */
function mayBeFuse(descriptor: number): boolean {
  try {
    return statfsSync(`/proc/self/fd/${descriptor}`).type === fuse;
  } catch {
    return true;
  }
}

function mountsOf(process: string): string {
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

/**
 * Returns the directories on which ordinary users have mounted FUSE file systems that root may enter (`allow_other`). A
 * server that never answers makes root wait for ever.
 *
 * @param mountinfo - default: that of this process
 * @returns absolute paths
 * @see proc_pid_mountinfo(5), mount.fuse(8)
 */
export function servedDirectories(mountinfo: string = mountsOf('self')): readonly string[] {
  const served = mountinfo.split('\n').filter((mount) => isServedToRoot(mount));
  return served.map((mount) => unescaped(mount.split(' ')[4] ?? ''));
}

function isServedToRoot(mount: string): boolean {
  const [, after = ''] = mount.split(' - ');
  const [type = '', , options = ''] = after.split(' ');
  const isOpen = type.startsWith('fuse') && options.split(',').includes('allow_other');
  return isOpen && servingUserIn(mount) !== undefined;
}

/**
 * Whether an ordinary user serves a mount that root may enter, as the kernel has it now: who asks for anything there may wait for ever.
 *
 * @param id - of the mount, of which something is held open, so that no other one gets it
 * @returns true also where the kernel lists others, and not this one; false where it lists none to this process
 */
export function isServedMount(id: number): boolean {
  const lists = ['self', '1'].map(mountsOf);
  const mount = lists.map((list) => mountIn(list, id)).find((found) => found !== undefined);
  return mount === undefined ? lists.some((list) => list !== '') : isServedToRoot(mount);
}

/**
 * The kernel writes characters that would end a word as octal digits. The text has a character for each byte
 * ({@link readKernelFile}).
 */
function unescaped(path: string): string {
  const bytes = path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** Returns a clause about a directory or a file there. */
export function whyServed(user: ServingUser): string {
  return `lies on a file system that ${user === 'unknown' ? 'another user may serve' : `uid ${user} serves`} (FUSE)`;
}
