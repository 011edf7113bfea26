// Kernel images, fetched once and kept in the user's cache.
// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { openSuite, packagesNamed, unpack } from './apt.mjs';
import { MatrixError } from './shell.mjs';

/**
 * @typedef {object} Image
 * @property {string} file the kernel itself
 * @property {string} modules the directory of its modules
 * @property {boolean} hasModules
 * @property {string} version as `uname -r` has it
 */

const debianName = { x64: 'amd64', arm64: 'arm64' };

/** Where kernels are kept: `$XDG_CACHE_HOME` or `~/.cache`. */
export const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sb-kernels');

/**
 * The image of a kernel; fetched if it isn't there, or if `refresh` asks for the newest.
 *
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {{ refresh?: boolean }} [options]
 * @returns {Image}
 * @throws {MatrixError} if it is not available
 */
export function imageOf(kernel, { refresh = false } = {}) {
  const key = `${kernel.suite}-${kernel.arch}-${kernel.package.source.replaceAll(/[^\w.]+/g, '_')}`;
  const folder = join(cache, key);
  const kept = keptIn(folder);
  if (!refresh && kept !== undefined) return found(folder);
  const release = { suite: kernel.suite, architecture: debianName[kernel.arch] };
  const apt = openSuite(join(cache, 'apt'), release);
  const name = packagesNamed(apt, kernel.package).at(-1);
  if (name === undefined) {
    throw new MatrixError(`${kernel.suite} has no package like ${kernel.package.source}: update kernels.mjs.`);
  }
  if (kept === name) return found(folder);
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const modules = packagesNamed(apt, modulesOf(name));
  for (const one of [name, ...modules]) unpack(apt, one, fresh);
  rmSync(join(fresh, 'download'), { recursive: true });
  writeFileSync(join(fresh, 'modules'), modules.join());
  writeFileSync(join(fresh, 'package'), name);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return found(folder);
}

/**
 * Debian's packages called linux-binary have no modules. Another package has them, but only of the newest kernels.
 *
 * @param {string} name of the package of the kernel
 */
function modulesOf(name) {
  const [, version] = /^linux-binary-(.+)$/.exec(name) ?? [];
  return version === undefined ? /(?!)/ : new RegExp(`^linux-modules-${version.replaceAll(/[.+]/g, String.raw`\$&`)}$`);
}

/**
 * The name of the package that is unpacked in a directory; undefined if it is not, or if its modules were not looked for.
 *
 * @param {string} folder
 */
function keptIn(folder) {
  const [name, modules] = [join(folder, 'package'), join(folder, 'modules')];
  if (!existsSync(name) || (!existsSync(modules) && !found(folder).hasModules)) return undefined;
  return readFileSync(name, 'utf8');
}

/**
 * @param {string} folder
 * @returns {Image}
 */
function found(folder) {
  // Debian 11's packages have /lib, later ones /usr/lib; those called linux-binary have the image alone, in either place.
  const boot = join(folder, 'boot');
  const names = existsSync(boot) ? readdirSync(boot) : [];
  const [inBoot] = names.filter((name) => name.startsWith('vmlinuz-')).map((name) => name.slice('vmlinuz-'.length));
  const parents = ['usr/lib/modules', 'lib/modules'].map((parent) => join(folder, parent));
  const parent = parents.find((one) => existsSync(one));
  const version = inBoot ?? (parent === undefined ? undefined : readdirSync(parent)[0]);
  if (version !== undefined) {
    const modules = join(parent ?? folder, version);
    const file = inBoot === undefined ? join(modules, 'vmlinuz') : join(boot, `vmlinuz-${version}`);
    if (existsSync(file)) return { file, modules, version, hasModules: existsSync(join(modules, 'kernel')) };
  }
  throw new MatrixError(`${folder} holds a package without a kernel: update kernels.mjs, and remove it.`);
}
