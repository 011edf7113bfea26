import { statfsSync } from 'node:fs';

import { isServedToRoot, mountIn, mountOf, mountsOf, type ServingUser, servingUserIn } from '@sb/core';

/** The types of FUSE in statfs(2), and of virtiofs, which is a part of it. */
const fuse = 0x6573_5546;

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
  for (const process of ['self', '1'] as const) {
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
