// What has to be installed, said before anything is fetched or booted.
// @ts-check
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

import { programOf } from './machine.mjs';
import { virtiofsd } from './share.mjs';
import { MatrixError } from './shell.mjs';

/**
 * @param {readonly import('./kernels.mjs').Kernel[]} kernels
 * @throws {MatrixError} with what to install
 */
export function requirePrograms(kernels) {
  const missing = [
    ...new Set(kernels.map(({ arch }) => programOf(arch)).filter((name) => !onPath(name))),
    ...['apt-get', 'dpkg-deb'].filter((name) => !onPath(name)),
    ...(virtiofsd === undefined ? ['virtiofsd'] : []),
    ...(existsSync('/bin/busybox') ? [] : ['busybox']),
  ];
  if (missing.length === 0) return;
  const packages = 'qemu-system-x86 qemu-system-arm virtiofsd busybox-static';
  throw new MatrixError(`Not installed: ${missing.join(', ')}. As root, on Debian: apt-get install ${packages}`);
}

/** @param {string} name */
function onPath(name) {
  return (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
}
