// Packages as npm would publish them.
// @ts-check
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { root } from '../../run/shell.mjs';

/** @typedef {import('./published.mjs').Published} Published */
/**
 * @typedef {{ name: string, version: string, filename: string, size: number, unpackedSize: number, integrity: string,
 *   files: readonly { path: string, size: number, mode: number }[], file: string }} Tarball
 *   size, unpackedSize: bytes; file: where it lies
 */

/**
 * Packs them into a directory.
 *
 * @param {readonly Published[]} packages that were built
 * @param {string} folder
 * @param {string} [tree] the top directory
 * @returns {readonly Tarball[]} in the order of the packages
 * @throws Error with what npm said
 */
export function packInto(packages, folder, tree = root) {
  const chosen = packages.flatMap(({ name }) => ['--workspace', name]);
  // Nobody is asked for a newer npm, and the cache may be another user's.
  const alone = ['--ignore-scripts', '--offline', '--no-update-notifier', '--cache', join(folder, '.cache')];
  const args = ['pack', '--json', ...alone, '--pack-destination', folder, ...chosen];
  const output = execFileSync('npm', args, {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {readonly Omit<Tarball, 'file'>[]} */
  const packed = Object.values(JSON.parse(output));
  return packages.map(({ name }) => {
    const one = packed.find((other) => other.name === name);
    if (one === undefined) throw new Error(`npm packed no ${name}`);
    return { ...one, file: join(folder, one.filename) };
  });
}

/**
 * Copies the sources of native parts to where a tarball has them. Packing does not, since it runs no scripts: those of a
 * dependency could be among them.
 *
 * @param {readonly Published[]} packages
 * @param {string} [tree] the top directory, which is written to
 */
export function copySources(packages, tree = root) {
  const chosen = packages.flatMap(({ name }) => ['--workspace', name]);
  execFileSync('npm', ['run', '--silent', '--if-present', '--no-update-notifier', ...chosen, 'prepack'], {
    cwd: tree,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
