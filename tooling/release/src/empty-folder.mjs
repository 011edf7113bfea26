// Tarballs installed in a folder where nothing else is, and with no network.
// @ts-check
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {import('./pack.mjs').Tarball} Tarball */

/** A directory that every user may enter, since programs of other users run in it. @param {string} name @returns {string} */
export function openFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `sb-${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * Installs tarballs, without scripts.
 *
 * @param {readonly Tarball[]} tarballs
 * @param {string} folder that is empty; made if it isn't there
 * @throws Error with what npm said: for instance, that a package is not among these
 */
export function install(tarballs, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true }\n');
  const options = [
    '--ignore-scripts',
    '--offline',
    '--no-update-notifier',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--prefer-dedupe',
  ];
  // A cache of its own, so that nothing is taken from what was downloaded before.
  const cache = join(folder, '.cache');
  const args = ['install', ...options, '--cache', cache, ...tarballs.map(({ file }) => file)];
  execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  rmSync(cache, { recursive: true, force: true });
}
