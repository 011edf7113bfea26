// A repository of packages that nobody installs, with a database of them.
// @ts-check
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As many as a large upgrade has, 43.6 MB in all. */
const count = 150;
const total = 43_600_000;

/** Names of the databases: the same packages are in each. */
export const repositories = ['core', 'extra', 'multilib'];

/** Names of the packages. */
export const packages = Array.from({ length: count }, (_, number) => `pkg${number}`);

/**
 * @param {string} folder where the packages and the databases are to be
 * @param {string} scratch
 */
export function makeRepository(folder, scratch) {
  mkdirSync(folder);
  const files = packages.map((name, number) => makePackage(name, sizeOf(number), { folder, scratch }));
  execFileSync('repo-add', ['--quiet', 'core.db.tar.zst', ...files], { cwd: folder, stdio: 'pipe' });
  for (const name of repositories)
    if (name !== 'core') copyFileSync(join(folder, 'core.db'), join(folder, `${name}.db`));
}

/** Most are small, some are large. @param {number} number */
function sizeOf(number) {
  return Math.round((total * (number + 1) ** 3) / (count ** 4 / 4));
}

/**
 * @param {string} name
 * @param {number} size bytes
 * @param {{ readonly folder: string, readonly scratch: string }} places
 * @returns {string} its file
 */
function makePackage(name, size, { folder, scratch }) {
  const build = join(scratch, 'build');
  rmSync(build, { recursive: true, force: true });
  mkdirSync(build);
  writeFileSync(join(build, 'data'), randomBytes(size));
  const info = { pkgname: name, pkgver: '1-1', pkgdesc: 'bench', size, arch: 'any', builddate: 1, packager: 'x' };
  const lines = Object.entries(info).map(([key, value]) => `${key} = ${value}\n`);
  writeFileSync(join(build, '.PKGINFO'), lines.join(''));
  const file = `${name}-1-1-any.pkg.tar.zst`;
  execFileSync('bsdtar', ['--zstd', '-cf', join(folder, file), '-C', build, '.PKGINFO', 'data']);
  return file;
}
