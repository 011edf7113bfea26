// What must be installed on the system, by the command that proves it is there.
// @ts-check
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { fail, run, say } from './shell.mjs';

/** @typedef {'build' | 'start' | 'test' | 'bench' | 'check' | 'kernels' | 'arm64' | 'arm64-machine' | 'userlands' | 'pacman'} Purpose */

/** @type {readonly { purpose: Purpose, found: () => boolean, debian: string, arch: string }[]} */
const packages = [
  { purpose: 'build', found: () => onPath('gcc'), debian: 'gcc', arch: 'gcc' },
  { purpose: 'build', found: () => onPath('make'), debian: 'make', arch: 'make' },
  { purpose: 'build', found: () => onPath('python3'), debian: 'python3', arch: 'python' },
  { purpose: 'build', found: () => nodeHeaders() !== undefined, debian: 'libnode-dev', arch: 'nodejs' },
  { purpose: 'build', found: hasMusl, debian: 'musl-dev', arch: 'musl' },
  { purpose: 'start', found: () => onPath('pacman'), debian: 'pacman-package-manager', arch: 'pacman' },
  { purpose: 'test', found: () => onPath('pacman'), debian: 'pacman-package-manager', arch: 'pacman' },
  { purpose: 'test', found: () => onPath('repo-add'), debian: 'makepkg', arch: 'pacman' },
  { purpose: 'test', found: () => onPath('bsdtar'), debian: 'libarchive-tools', arch: 'libarchive' },
  { purpose: 'test', found: () => onPath('zstd'), debian: 'zstd', arch: 'zstd' },
  { purpose: 'test', found: () => onPath('gpg'), debian: 'gnupg', arch: 'gnupg' },
  { purpose: 'test', found: () => onPath('nginx'), debian: 'nginx-light', arch: 'nginx' },
  { purpose: 'test', found: () => onPath('apache2') || onPath('httpd'), debian: 'apache2-bin', arch: 'apache' },
  { purpose: 'test', found: () => onPath('lighttpd'), debian: 'lighttpd', arch: 'lighttpd' },
  {
    purpose: 'test',
    found: () => existsSync('/usr/lib/lighttpd/mod_openssl.so'),
    debian: 'lighttpd-mod-openssl',
    arch: 'lighttpd',
  },
  { purpose: 'test', found: () => onPath('caddy'), debian: 'caddy', arch: 'caddy' },
  { purpose: 'test', found: () => onPath('haproxy'), debian: 'haproxy', arch: 'haproxy' },
  { purpose: 'test', found: () => onPath('squid'), debian: 'squid', arch: 'squid' },
  { purpose: 'test', found: () => onPath('openssl'), debian: 'openssl', arch: 'openssl' },
  { purpose: 'test', found: () => onPath('unshare'), debian: 'util-linux', arch: 'util-linux' },
  { purpose: 'test', found: () => onPath('ip'), debian: 'iproute2', arch: 'iproute2' },
  { purpose: 'test', found: () => onPath('script'), debian: 'bsdutils', arch: 'util-linux' },
  { purpose: 'test', found: () => onPath('fakeroot'), debian: 'fakeroot', arch: 'fakeroot' },
  { purpose: 'test', found: () => onPath('capsh'), debian: 'libcap2-bin', arch: 'libcap' },
  { purpose: 'test', found: () => onPath('useradd'), debian: 'passwd', arch: 'shadow' },
  { purpose: 'test', found: () => existsSync('/usr/include/seccomp.h'), debian: 'libseccomp-dev', arch: 'libseccomp' },
  { purpose: 'test', found: () => onPath('crun'), debian: 'crun', arch: 'crun' },
  { purpose: 'test', found: () => onPath('podman'), debian: 'podman', arch: 'podman' },
  { purpose: 'test', found: () => onPath('newuidmap'), debian: 'uidmap', arch: 'shadow' },
  { purpose: 'test', found: () => onPath('bwrap'), debian: 'bubblewrap', arch: 'bubblewrap' },
  { purpose: 'test', found: () => onPath('systemd-analyze'), debian: 'systemd', arch: 'systemd' },
  { purpose: 'test', found: hasZ3, debian: 'python3-z3', arch: 'python-z3-solver' },
  { purpose: 'test', found: () => onPath('curl'), debian: 'curl', arch: 'curl' },
  { purpose: 'test', found: () => onPath('wget'), debian: 'wget', arch: 'wget' },
  { purpose: 'test', found: () => onPath('aria2c'), debian: 'aria2', arch: 'aria2' },
  { purpose: 'test', found: () => onPath('zsh'), debian: 'zsh', arch: 'zsh' },
  { purpose: 'test', found: () => onPath('fish'), debian: 'fish', arch: 'fish' },
  {
    purpose: 'kernels',
    found: () => onPath('qemu-system-x86_64'),
    debian: 'qemu-system-x86',
    arch: 'qemu-system-x86',
  },
  {
    purpose: 'arm64-machine',
    found: () => onPath('qemu-system-aarch64'),
    debian: 'qemu-system-arm',
    arch: 'qemu-system-aarch64',
  },
  {
    purpose: 'arm64',
    found: () => onPath('aarch64-linux-gnu-gcc'),
    debian: 'gcc-aarch64-linux-gnu',
    arch: 'aarch64-linux-gnu-gcc',
  },
  {
    // The compiler only recommends its headers, and nothing that is recommended is installed here.
    purpose: 'arm64',
    found: () => existsSync('/usr/aarch64-linux-gnu/include/errno.h'),
    debian: 'libc6-dev-arm64-cross',
    arch: 'aarch64-linux-gnu-glibc',
  },
  { purpose: 'kernels', found: () => existsSync('/usr/libexec/virtiofsd'), debian: 'virtiofsd', arch: 'virtiofsd' },
  { purpose: 'kernels', found: () => onPath('busybox'), debian: 'busybox-static', arch: 'busybox' },
  { purpose: 'userlands', found: () => onPath('mmdebstrap'), debian: 'mmdebstrap', arch: 'mmdebstrap' },
  { purpose: 'userlands', found: () => onPath('musl-gcc'), debian: 'musl-tools', arch: 'musl' },
  { purpose: 'userlands', found: () => onPath('g++'), debian: 'g++', arch: 'gcc' },
  { purpose: 'userlands', found: () => onPath('busybox'), debian: 'busybox-static', arch: 'busybox' },
  { purpose: 'pacman', found: () => onPath('busybox'), debian: 'busybox-static', arch: 'busybox' },
  { purpose: 'test', found: () => onPath('man'), debian: 'man-db', arch: 'man-db' },
  { purpose: 'test', found: () => onPath('git'), debian: 'git', arch: 'git' },
  // Daily commands (packages/sandbox/test/commands).
  { purpose: 'test', found: () => onPath('file'), debian: 'file', arch: 'file' },
  { purpose: 'test', found: () => onPath('jq'), debian: 'jq', arch: 'jq' },
  { purpose: 'test', found: () => onPath('less'), debian: 'less', arch: 'less' },
  { purpose: 'test', found: () => onPath('sqlite3'), debian: 'sqlite3', arch: 'sqlite' },
  { purpose: 'test', found: () => onPath('ssh'), debian: 'openssh-client', arch: 'openssh' },
  { purpose: 'test', found: () => onPath('strace'), debian: 'strace', arch: 'strace' },
  { purpose: 'test', found: () => onPath('tmux'), debian: 'tmux', arch: 'tmux' },
  { purpose: 'test', found: () => onPath('vi'), debian: 'vim-tiny', arch: 'vi' },
  { purpose: 'test', found: () => onPath('xz'), debian: 'xz-utils', arch: 'xz' },
  { purpose: 'test', found: () => existsSync('/usr/bin/convert'), debian: 'imagemagick', arch: 'imagemagick' },
  { purpose: 'bench', found: () => onPath('nginx'), debian: 'nginx-light', arch: 'nginx' },
  { purpose: 'bench', found: () => onPath('curl'), debian: 'curl', arch: 'curl' },
  { purpose: 'bench', found: () => onPath('wget'), debian: 'wget', arch: 'wget' },
  { purpose: 'bench', found: () => onPath('aria2c'), debian: 'aria2', arch: 'aria2' },
  { purpose: 'bench', found: () => onPath('unshare'), debian: 'util-linux', arch: 'util-linux' },
  { purpose: 'bench', found: () => onPath('ip'), debian: 'iproute2', arch: 'iproute2' },
  { purpose: 'check', found: () => onPath('clang-format'), debian: 'clang-format', arch: 'clang' },
];

/**
 * Installs what is missing when this is root on Debian or Arch; otherwise ends with one line saying what to install.
 *
 * @param {readonly Purpose[]} purposes
 */
export function installSystemPackages(purposes) {
  const missing = packages.filter(({ purpose, found }) => purposes.includes(purpose) && !found());
  if (missing.length === 0) return;
  const isDebian = existsSync('/etc/debian_version');
  const isArch = existsSync('/etc/arch-release');
  const names = [...new Set(missing.map(({ debian, arch }) => (isArch ? arch : debian)))];
  const command = isArch ? `pacman -S --needed ${names.join(' ')}` : `apt-get install ${names.join(' ')}`;
  // An ordinary user can run every test that needs no root; only a build can't do without.
  const needed = missing.some(({ purpose }) => purpose === 'build');
  if (process.getuid?.() !== 0 || !(isDebian || isArch)) {
    const text = `Install first: ${names.join(' ')} (as root: ${command}).`;
    return needed ? fail(text) : say(`${text} Going on without; what needs it says so.`);
  }
  say(`installing ${names.join(', ')}`);
  if (isArch) {
    run('pacman', ['-S', '--needed', '--noconfirm', ...names]);
    return;
  }
  // Two commands may install at the same time.
  const install = ['-o', 'DPkg::Lock::Timeout=600', 'install', '--yes', '--quiet', '--no-install-recommends', ...names];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Package lists may be missing on a fresh machine, or too old.
  if (spawnSync('apt-get', install, { stdio: 'ignore', env }).status === 0) return;
  run('apt-get', ['update', '--quiet'], { env, quiet: true });
  run('apt-get', install, { env, quiet: true });
}

/**
 * The directory that contains `include/node` of the running Node, or undefined where its headers are not installed.
 * Given to node-gyp, which would download them otherwise.
 */
export function nodeHeaders() {
  const prefixes = [process.env['npm_config_nodedir'], join(dirname(process.execPath), '..')];
  return prefixes.find((prefix) => prefix !== undefined && existsSync(join(prefix, 'include/node/node_api.h')));
}

/** Whether the C library of static programs is there, where Debian or Arch has it. */
function hasMusl() {
  const processor = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return [`/usr/lib/${processor}-linux-musl/libc.a`, '/usr/lib/musl/lib/libc.a'].some((file) => existsSync(file));
}

/** Whether the Python of the system has z3: another Python may come first on the path. */
function hasZ3() {
  return spawnSync('/usr/bin/python3', ['-c', 'import z3'], { stdio: 'ignore' }).status === 0;
}

/** @param {string} name */
function onPath(name) {
  // sbin is not on every root's path, and nginx and useradd live there.
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => isExecutable(join(folder, name)));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there or not executable is the answer, not a failure.
    return false;
  }
}
