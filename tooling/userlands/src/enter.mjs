// Programs in a user land: its files in a mount namespace, with processes and a network of their own. All that was mounted
// and started goes with the namespace, and what was written is in memory.
// @ts-check
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ordinary } from './cache.mjs';

/** The arguments: directory, root, then `HOST INSIDE` of each directory that is mounted, `--`, phases and a command. */
const script = `
set -e
dir=$1 lower=$2
shift 2
mount -t tmpfs -o mode=755 tmpfs "$dir/files"
mkdir "$dir/files/upper" "$dir/files/work" "$dir/files/root"

cd "$dir/files"
mount -t overlay -o "lowerdir=$lower,upperdir=upper,workdir=work" overlay root
cd root

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys

mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run

while [ "$1" != -- ]; do
  mkdir -p ".$2"
  mount --bind "$1" ".$2"
  mount -o remount,bind,ro ".$2"
  shift 2
done
shift

mkdir -p sb/results
mount --bind "$dir/results" sb/results
ip link set lo up
cd /

# Each gets the same command with its own name behind it, and one that fails keeps no other from running.

status=0
phases=$1
shift
for user in $phases; do
  case $user in
    user) id=${ordinary.id}:${ordinary.id} ;;
    *) id=0:0 ;;
  esac
  chroot --userspec="$id" --groups= "$dir/files/root" "$@" "$user" || status=1
done
exit $status
`;

/**
 * @typedef {object} Visit
 * @property {string} root directory with the files of the user land
 * @property {Readonly<Record<string, string>>} folders directories of the host, by where they are seen there, read-only
 * @property {readonly string[]} command a program there and its arguments; the name of each phase follows, in turn
 * @property {readonly string[]} phases `user` runs as an ordinary user, every other one as root
 * @property {Readonly<Record<string, string>>} env the whole environment
 * @property {number} minutes after which it is ended
 */

/**
 * @param {Visit} visit
 * @returns {{ files: ReadonlyMap<string, string>, log: string, failure: string | undefined }} files: what the programs left
 *   in `/sb/results`; failure: why it did not end by itself
 */
export function visit({ root, folders, command, phases, env, minutes }) {
  const folder = mkdtempSync(join(tmpdir(), 'sb-userland-'));
  try {
    chmodSync(folder, 0o755);
    for (const part of ['files', 'results']) mkdirSync(join(folder, part));
    // Programs of both users leave their results here.
    chmodSync(join(folder, 'results'), 0o1777);
    const mounts = Object.entries(folders).flatMap(([inside, host]) => [host, inside]);
    const namespaces = [
      '--mount',
      '--propagation',
      'private',
      '--pid',
      '--fork',
      '--kill-child',
      '--net',
      '--ipc',
      '--uts',
    ];
    const words = ['sh', '-c', script, 'sh', folder, root, ...mounts, '--', phases.join(' '), ...command];
    const ended = spawnSync('unshare', [...namespaces, ...words], {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
      timeout: minutes * 60_000,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 28,
    });
    const names = readdirSync(join(folder, 'results'));
    const files = new Map(names.map((name) => [name, readFileSync(join(folder, 'results', name), 'utf8')]));
    const failure = ended.error?.message ?? (ended.signal === null ? undefined : `ended by ${ended.signal}`);
    return { files, log: `${ended.stdout}${ended.stderr}`, failure };
  } finally {
    // Never more than the empty folder that something was mounted on.
    rmdirSync(join(folder, 'files'));
    rmSync(folder, { recursive: true, force: true });
  }
}
