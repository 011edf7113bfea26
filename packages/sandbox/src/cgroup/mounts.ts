/** The mounts of cgroup v2 that this process sees, and the place of this process among them. */
import { resolve } from 'node:path';

/** A mounted hierarchy. */
export interface CgroupMount {
  /** The cgroup that is visible there. */
  readonly root: string;
  /** Absolute path. */
  readonly path: string;
}

/**
 * Parses `/proc/self/mountinfo` (proc_pid_mountinfo(5)). Pure.
 *
 * @returns every mount of cgroup v2, those of other parts of the tree included
 */
export function cgroupMounts(mountinfo: string): readonly CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, path] = before.split(' ');
    if (!after.startsWith('cgroup2 ') || root === undefined || path === undefined) return [];
    return [{ root: plain(root), path: plain(path) }];
  });
}

/**
 * Parses `/proc/PID/cgroup` (cgroups(7)). Pure.
 *
 * @returns the path in the hierarchy of cgroup v2; undefined without one
 */
export function cgroupOf(text: string): string | undefined {
  return /^0::(\/.*)$/m.exec(text)?.[1];
}

/**
 * Returns where a cgroup is mounted. Pure.
 *
 * @param cgroup - as in `/proc/PID/cgroup`
 * @param mounts - from {@link cgroupMounts}
 * @returns undefined if no mount shows it, as for a process outside its cgroup namespace (`/../x`)
 */
export function placeOf(cgroup: string, mounts: readonly CgroupMount[]): string | undefined {
  if (cgroup.split('/').includes('..')) return undefined;
  const mount = mounts.find(({ root }) => root === '/' || cgroup === root || cgroup.startsWith(`${root}/`));
  return mount && resolve(mount.path, `.${mount.root === '/' ? cgroup : cgroup.slice(mount.root.length)}`);
}

/** Blanks and backslashes are written in octal digits. */
function plain(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}
