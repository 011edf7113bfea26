// A small initrd for kernels that have virtiofs as a module: loads it, mounts the root, hands over.
// @ts-check
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { MatrixError } from './shell.mjs';

/** In the order in which they need each other; a kernel has built in those that it hasn't got as a file. */
const modules = [
  'virtio',
  'virtio_ring',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'fuse',
  'virtiofs',
];

/**
 * Writes an initrd.
 *
 * @param {string} folder an empty one for its parts
 * @param {{ modules: string, init: string, busybox: string }} parts `modules`: the directory of the kernel's modules;
 *   `init`: path of the program that the root file system starts with
 * @returns {string} path of the archive
 */
export function makeInitrd(folder, { modules: from, init, busybox }) {
  const tree = join(folder, 'initrd');
  for (const part of ['', 'dev', 'root']) mkdirSync(join(tree, part), { recursive: true });
  copyFileSync(busybox, join(tree, 'busybox'));
  const files = readdirSync(from, { recursive: true, encoding: 'utf8' });
  const loaded = modules.flatMap((name) => files.find((file) => basename(file) === `${name}.ko`) ?? []);
  for (const file of loaded) copyFileSync(join(from, file), join(tree, basename(file)));
  const script = [
    '#!/busybox sh',
    '/busybox mount -t devtmpfs dev /dev',
    ...loaded.map((file) => `/busybox insmod /${basename(file)}`),
    '/busybox mount -t virtiofs -o ro rootfs /root',
    '/busybox umount /dev',
    `exec /busybox switch_root /root ${init}`,
  ];
  writeFileSync(join(tree, 'init'), `${script.join('\n')}\n`);
  chmodSync(join(tree, 'init'), 0o755);
  const names = ['.', ...readdirSync(tree), ''].join('\n');
  const archive = spawnSync(busybox, ['cpio', '-o', '-H', 'newc'], { cwd: tree, input: names, maxBuffer: 1 << 26 });
  if (archive.status !== 0) throw new MatrixError(`busybox cpio failed: ${String(archive.stderr)}`);
  const file = join(folder, 'initrd.img');
  writeFileSync(file, archive.stdout);
  return file;
}
