import type { LandlockPolicy } from '@sb/landlock';
import { arg, type Base, errno, type Rule, type SeccompOptions } from '@sb/seccomp';

/**
 * Calls that change mode, owner, times and extended attributes of a file, which Landlock has no right for
 * (landlock.rst, "Filesystem actions"): whoever owns a file can change those wherever it lies.
 */
export const metadataCalls = `
  chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32
  utime utimes futimesat utimensat utimensat_time64
  setxattr lsetxattr fsetxattr setxattrat file_setattr removexattr lremovexattr fremovexattr removexattrat`
  .trim()
  .split(/\s+/);

/** The same for the flags of chattr(1), which take a descriptor for reading: FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR. */
const attributeRequests = [0x4008_6602, 0x4004_6602, 0x401c_5820] as const;

const attributeRules: readonly Rule[] = attributeRequests.map((request) => ({
  syscall: 'ioctl',
  when: [arg(1).eq32(request)],
  action: errno('EPERM'),
}));

/** Rights that change nothing. */
const harmless: ReadonlySet<string> = new Set(['read_file', 'read_dir', 'execute', 'ioctl_dev', 'resolve_unix']);

/** These presets allow no more than they list. */
const closedAlready: ReadonlySet<Base> = new Set<Base>(['deny-all']);

/** Whether a ruleset lets nothing be written but into /dev/null, so that nobody needs to change a file's metadata. */
export function isReadOnly(ruleset: LandlockPolicy | undefined): boolean {
  if (ruleset?.handled.fs.includes('write_file') !== true) return false;
  return ruleset.paths.every(
    ({ path, rights }) => path === '/dev/null' || rights.every((right) => harmless.has(right)),
  );
}

/**
 * Adds to a filter what a read-only ruleset leaves open. Where something may be written the calls stay: tar, cp and git
 * need them there, and a filter sees no path. A call that the caller allows by name stays too.
 *
 * @param filter - the filter's options
 * @param ruleset - the ruleset beside it, if there is one
 */
export function withoutMetadataHoles(filter: SeccompOptions, ruleset: LandlockPolicy | undefined): SeccompOptions {
  if (closedAlready.has(filter.base) || !isReadOnly(ruleset)) return filter;
  const { allow = [], deny = [], rules = [] } = filter;
  const denied = [...deny, ...metadataCalls.filter((name) => !allow.includes(name))];
  const closed = attributeRules.filter(({ syscall }) => !allow.includes(syscall));
  return { ...filter, deny: [...new Set(denied)], rules: [...rules, ...closed] };
}

/** What `fs.write_file` does not keep from, where the calls above are let through. */
export const openMetadata =
  'not for modes, owners, times and attributes of files of the same user, which Landlock has no right for';
