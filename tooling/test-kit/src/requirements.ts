import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';

import { probePath } from '@sb/probe';

import { expectedLandlockAbi, lacksModules } from './expected-kernel.js';

/** Whether the probe can do something here. */
function succeeds(operation: string, ...args: readonly string[]): boolean {
  const { stdout } = spawnSync(probePath(), [operation, ...args], { encoding: 'utf8' });
  return stdout === `${operation} 0 OK\n`;
}

/** Whether the kernel has everything that a Landlock ABI has. */
const landlock = (abi: number) => () => succeeds('landlock-abi', String(abi));

/** Whether this process has capabilities in effect, by their numbers (capabilities(7)). */
function hasCapabilities(...numbers: readonly bigint[]): boolean {
  const [, mask = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return numbers.every((number) => (BigInt(`0x${mask}`) & (1n << number)) !== 0n);
}

function opens(device: string): boolean {
  try {
    closeSync(openSync(device, 'r+'));
    return true;
  } catch {
    return false;
  }
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
  /** Landlock with everything that can be restricted up to Linux 6.14. */
  landlock6: landlock(6),
  /** The same with Linux 6.15's audit-log flags and errata. */
  landlock7: landlock(7),
  /** The kernel lists unix sockets (sock_diag(7)): it has `unix_diag` built in, or loads the module. */
  unixDiag: () => succeeds('list-unix'),
  /** The kernel has an audit log, and this process may switch it on and read it: CAP_AUDIT_WRITE, _CONTROL and _READ. */
  audit: () => existsSync('/proc/self/loginuid') && hasCapabilities(29n, 30n, 37n),
  /** This process may serve a file system (fuse(4)): not every container may. */
  fuse: () => opens('/dev/fuse'),
  /** A mounted hierarchy of cgroup v2. */
  cgroup2: () => / - cgroup2 /.test(readFileSync('/proc/self/mountinfo', 'utf8')),
  /** Gives a program its own terminal: script of util-linux. */
  script: () => existsSync('/usr/bin/script'),
  /** Pretends to programs that they are root. */
  fakeroot: () => existsSync('/usr/bin/fakeroot'),
  pacman: () => existsSync('/usr/bin/pacman') && existsSync('/usr/bin/repo-add'),
  nginx: () => existsSync('/usr/sbin/nginx'),
  /** The servers of `@sb/fetcher`'s tests, as Debian has them. */
  webServers: () =>
    ['sbin/nginx', 'sbin/apache2', 'sbin/lighttpd', 'bin/caddy', 'sbin/haproxy', 'sbin/squid'].every((name) =>
      existsSync(`/usr/${name}`),
    ) && existsSync('/usr/lib/lighttpd/mod_openssl.so'),
  man: () => existsSync('/usr/bin/man'),
  openssl: () => existsSync('/usr/bin/openssl'),
  curl: () => existsSync('/usr/bin/curl'),
  wget: () => existsSync('/usr/bin/wget'),
  aria2: () => existsSync('/usr/bin/aria2c'),
  /** Programs that people run, to be run in a sandbox. */
  programs: () =>
    ['curl', 'wget', 'git', 'tar', 'python3', 'bash', 'convert'].every((name) => existsSync(`/usr/bin/${name}`)),
  /** Debian's libseccomp-dev, the reference that our compiler is compared with. */
  libseccomp: () => existsSync('/usr/include/seccomp.h'),
  /** An OCI runtime. It takes no hybrid hierarchy of control groups, so a test mounts another one for it. */
  crun: () => existsSync('/usr/bin/crun'),
  /** What runs a script for Docker without a service. */
  podman: () => existsSync('/usr/bin/podman'),
  /** What gives an ordinary user's containers more ids than one. */
  rootless: () => existsSync('/usr/bin/newuidmap') && existsSync('/usr/bin/setpriv'),
  bwrap: () => existsSync('/usr/bin/bwrap'),
  systemdAnalyze: () => existsSync('/usr/bin/systemd-analyze'),
  /** Debian's python3-z3, which belongs to Debian's own Python. */
  z3: () => spawnSync('/usr/bin/python3', ['-c', 'import z3']).status === 0,
  /** The kernel's headers for user space, of every architecture (Debian's linux-libc-dev). */
  kernelHeaders: () => existsSync('/usr/lib/linux/uapi/riscv/asm/unistd_64.h'),
} satisfies Record<string, () => boolean>;

/** Something that a test needs of the machine. */
export type Requirement = keyof typeof requirements;

/** The first Landlock ABI that has what a test needs; 0 where it needs none. */
const abis: Partial<Record<Requirement, number>> = { landlock6: 6, landlock7: 7 };

/** Whether the kernel that the kernel matrix has booted is expected to lack something. */
function isExpectedToLack(requirement: Requirement, abi: number): boolean {
  return (abis[requirement] ?? 0) > abi || (requirement === 'unixDiag' && lacksModules());
}

/**
 * For `describe.skipIf(missing('root'))`: true where the machine lacks something, after saying what.
 * With `SB_MUST_ENFORCE=1`, as in CI, a missing requirement is a failure instead of a skip. The one exception: what the
 * kernel that the kernel matrix has booted is expected to lack, which the matrix counts and reports.
 *
 * @throws Error under `SB_MUST_ENFORCE=1` if something is missing
 */
export function missing(...needed: readonly Requirement[]): boolean {
  const lacking = needed.filter((requirement) => !requirements[requirement]());
  if (lacking.length === 0) return false;
  const text = `needs ${lacking.join(', ')}, which this machine or user has not got`;
  const expected = expectedLandlockAbi();
  const isExpected = expected !== undefined && lacking.every((one) => isExpectedToLack(one, expected));
  if (process.env['SB_MUST_ENFORCE'] === '1' && !isExpected) throw new Error(`SB_MUST_ENFORCE=1, and a test ${text}`);
  console.warn(`skipped: ${text}`);
  return true;
}
