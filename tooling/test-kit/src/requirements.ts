import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

import { probePath } from '@sb/probe';

/** Whether this process has capabilities in effect, by their numbers (capabilities(7)). */
function hasCapabilities(...numbers: readonly bigint[]): boolean {
  const [, mask = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return numbers.every((number) => (BigInt(`0x${mask}`) & (1n << number)) !== 0n);
}

/** What a test may need of the machine, each with the question that decides it. */
const requirements = {
  root: () => process.getuid?.() === 0,
  linux: () => process.platform === 'linux',
  /** For attacks that are written in numbers of one table of system calls. */
  x64: () => process.arch === 'x64',
  unshare: () => existsSync('/usr/bin/unshare'),
  /** An ordinary process may create a user namespace (some distributions forbid it). */
  userNamespaces: () => spawnSync('/usr/bin/unshare', ['--user', '--map-root-user', 'true']).status === 0,
  /** capsh, getpcaps and setcap of libcap2-bin, setpriv of util-linux, and a C compiler to ask libcap itself. */
  libcap: () => ['/usr/sbin/capsh', '/usr/sbin/setcap', '/usr/bin/setpriv', '/usr/bin/gcc'].every(existsSync),
  /** Landlock with everything that ABI 7 (Linux 6.15) has. */
  landlock7: () => spawnSync(probePath(), ['landlock-abi', '7'], { encoding: 'utf8' }).stdout === 'landlock-abi 0 OK\n',
  /** The kernel has an audit log, and this process may switch it on and read it: CAP_AUDIT_CONTROL, CAP_AUDIT_READ. */
  audit: () => existsSync('/proc/self/loginuid') && hasCapabilities(30n, 37n),
  /** A terminal of one's own for a program: script of util-linux. */
  script: () => existsSync('/usr/bin/script'),
  pacman: () => existsSync('/usr/bin/pacman') && existsSync('/usr/bin/repo-add'),
  nginx: () => existsSync('/usr/sbin/nginx'),
  openssl: () => existsSync('/usr/bin/openssl'),
  curl: () => existsSync('/usr/bin/curl'),
  wget: () => existsSync('/usr/bin/wget'),
  /** Debian's libseccomp-dev, the reference that our compiler is compared with. */
  libseccomp: () => existsSync('/usr/include/seccomp.h'),
} satisfies Record<string, () => boolean>;

/** Something that a test needs of the machine. */
export type Requirement = keyof typeof requirements;

/**
 * For `describe.skipIf(missing('root'))`: true where the machine lacks something, after saying what.
 * With `SB_MUST_ENFORCE=1`, as in CI, a missing requirement is a failure instead of a skip.
 *
 * @throws Error under `SB_MUST_ENFORCE=1` if something is missing
 */
export function missing(...needed: readonly Requirement[]): boolean {
  const lacking = needed.filter((requirement) => !requirements[requirement]());
  if (lacking.length === 0) return false;
  const text = `needs ${lacking.join(', ')}, which this machine or user has not got`;
  if (process.env['SB_MUST_ENFORCE'] === '1') throw new Error(`SB_MUST_ENFORCE=1, and a test ${text}`);
  console.warn(`skipped: ${text}`);
  return true;
}
