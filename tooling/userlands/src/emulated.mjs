// Programs in a user land of another processor: a machine that qemu emulates, with a kernel of its own. What was written is
// in its memory.
// @ts-check
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { acceleratorFor } from '../../kernel-matrix/src/accelerator.mjs';
import { runGuest } from '../../kernel-matrix/src/guest.mjs';
import { imageOf } from '../../kernel-matrix/src/image.mjs';
import { guestFolders } from '../../kernel-matrix/src/init-script.mjs';
import { ordinary } from './cache.mjs';

/** The newest kernel that Debian has for arm64: the tests want every layer in full. @type {import('../../kernel-matrix/src/kernels.mjs').Kernel} */
const kernel = {
  name: '7.3',
  arch: 'arm64',
  suite: 'trixie-backports',
  package: /^linux-binary-7\.3\.[\d.]+\+deb13-cloud-arm64$/,
  landlock: 11,
};

/** Where the guest has the directories of the host. */
const place = '/sb';

/** By how much longer a program may take where its processor is emulated. */
const patience = 6;

/** The arguments: phases and a command. The root is read-only; what the tests write to is in memory. */
const script = `
set -e
for part in etc var; do
  cp -a "/$part" "/run/$part"
  mount --bind "/run/$part" "/$part"
done
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=755 tmpfs ${place}/install
mount --bind ${guestFolders.results} ${place}/results
cd /
status=0
phases=$1
shift
for user in $phases; do
  case $user in
    user) id=${ordinary.id}:${ordinary.id} ;;
    *) id=0:0 ;;
  esac
  chroot --userspec="$id" --groups= / "$@" "$user" || status=1
done
exit $status
`;

/**
 * As `visit`, in an emulated machine. Directories are copied: the machine gets all of them as one.
 *
 * @param {import('./enter.mjs').Visit} visit
 * @returns {Promise<ReturnType<typeof import('./enter.mjs').visit>>}
 * @throws {import('../../kernel-matrix/src/shell.mjs').MatrixError} if the kernel is not available
 */
export async function visitEmulated({ root, folders, command, phases, env, minutes }) {
  const folder = mkdtempSync(join(tmpdir(), 'sb-userland-'));
  try {
    chmodSync(folder, 0o755);
    for (const part of ['install', 'results']) mkdirSync(join(folder, part));
    for (const [inside, host] of Object.entries(folders))
      cpSync(host, join(folder, relative(place, inside)), { recursive: true, verbatimSymlinks: true });
    const image = imageOf(kernel);
    const { files, log, serial, failure } = await runGuest({
      kernel,
      image,
      accelerator: acceleratorFor(kernel.arch, image.file),
      root,
      share: { folder, at: place },
      folder: '/',
      command: ['/bin/sh', '-c', script, 'sh', phases.join(' '), ...command],
      // The guest's own temporary folder is not one that the tests expect.
      env: { TMPDIR: '/tmp', ...env },
      minutes: minutes * patience,
    });
    return { files, log: `${serial}\n${log}`, failure };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
