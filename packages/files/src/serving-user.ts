import { statfsSync } from 'node:fs';

import { readKernelFile } from '@sb/core';

import { mountOf } from './mount-of.js';

/** What statfs(2) calls FUSE, and virtiofs, which is a part of it. */
const fuse = 0x6573_5546;

/**
 * The ordinary user who answers in the kernel's place what lies on a file system, whose it is and who may write to it; by
 * uid, or `unknown` where it may be one.
 */
export type ServingUser = number | 'unknown';

/**
 * Who that is, by what the kernel notes of a mount of FUSE: any user may mount one by fusermount(1), and it may show it to
 * root (`allow_other` in mount.fuse(8)). What root has mounted is root's word.
 *
 * @param descriptor - of anything on the file system, also with O_PATH
 * @returns undefined where nobody does
 * @throws Error of the system where `/proc` can't be read
 * @see proc_pid_mountinfo(5)
 */
export function servingUserOf(descriptor: number): ServingUser | undefined {
  if (process.platform !== 'linux' || !mayBeFuse(descriptor)) return undefined;
  const id = mountOf(descriptor);
  // What is mounted above a folder that is this process's root is shown to the first process alone (chroot(2)).
  for (const process of ['self', '1']) {
    const mount = mountIn(mountsOf(process), id ?? Number.NaN);
    if (mount !== undefined) return servingUserIn(mount);
  }
  return 'unknown';
}

/** A server that has no answer to statfs(2) may be one of FUSE. */
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
 * The line of a mount.
 *
 * @param mountinfo - the text of such a file
 * @param id - of the mount
 */
export function mountIn(mountinfo: string, id: number): string | undefined {
  return mountinfo.split('\n').find((line) => line.startsWith(`${id} `));
}

/**
 * The ordinary user who serves a mount of FUSE.
 *
 * @param mount - its line; what others have named in it has no space (the kernel writes `\040`)
 */
export function servingUserIn(mount: string): ServingUser | undefined {
  const [before = '', after = ''] = mount.split(' - ');
  const [, , , , , flags = ''] = before.split(' ');
  const [type = '', , options = ''] = after.split(' ');
  const user = /(?:^|,)user_id=(\d+)(?:,|$)/.exec(options)?.[1];
  if (user !== undefined) return user === '0' ? undefined : Number(user);
  // The host of a virtual machine serves it, and root alone mounts it.
  if (type === 'virtiofs') return undefined;
  // An ordinary user's has both.
  return ['nosuid', 'nodev'].every((flag) => flags.split(',').includes(flag)) ? 'unknown' : undefined;
}

/**
 * The directories on which ordinary users have mounted FUSE file systems that root may enter (`allow_other`). A server that never
 * answers makes root wait for ever.
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

/** The kernel writes what would end a word as octal digits. The text has a character for each byte ({@link readKernelFile}). */
function unescaped(path: string): string {
  const bytes = path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** What is said of a folder or a file there. */
export function whyServed(user: ServingUser): string {
  return `lies on a file system that ${user === 'unknown' ? 'another user may serve' : `uid ${user} serves`} (FUSE)`;
}
