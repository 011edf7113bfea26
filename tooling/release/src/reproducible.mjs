// Two clean clones in different folders, built and packed: whether they give the same bytes.
// @ts-check
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

import { packagesOf } from '../../run/fingerprint.mjs';
import { root } from '../../run/shell.mjs';
import { copySources, packInto } from './pack.mjs';

/** @typedef {import('./pack.mjs').Tarball} Tarball */
/** @typedef {import('./published.mjs').Published} Published */

/**
 * Builds what was committed in two directories, one path longer than the other, and compares the tarballs. It compares file by
 * file if they differ. If everything is committed, they must also equal those of this tree.
 *
 * @param {readonly Published[]} packages
 * @param {readonly Tarball[]} own those of this tree
 * @param {string} folder to work in
 * @returns {readonly string[]} what differs
 * @throws Error where a build fails
 */
export function differences(packages, own, folder) {
  const [first = [], second = []] = ['one', 'the-other/with-a-longer-path'].map((name) => {
    const clone = join(folder, name);
    makeClone(clone, { isForBoth: own.some(({ files }) => files.some(({ path }) => path.startsWith(arm64))) });
    const out = join(clone, 'packed');
    mkdirSync(out);
    copySources(packages, clone);
    return packInto(packages, out, clone);
  });
  const isCommitted = git(['status', '--porcelain']) === '';
  return [
    ...differencesOf(first, second).map((path) => `of two clones: ${path}`),
    ...(isCommitted ? differencesOf(own, first).map((path) => `of this tree and a clone: ${path}`) : []),
  ];
}

/**
 * The files that differ.
 *
 * @param {readonly Tarball[]} some
 * @param {readonly Tarball[]} others of the same packages, in the same order
 * @returns {readonly string[]} each with its package
 */
export function differencesOf(some, others) {
  return some.flatMap((one, index) => {
    const other = others[index];
    if (other === undefined) return [`${one.name}: is there once`];
    if (one.integrity === other.integrity) return [];
    const files = differentFiles(one.file, other.file);
    return files.length > 0 ? files.map((path) => `${one.name}: ${path}`) : [`${one.name}: how it is packed`];
  });
}

/** @param {readonly string[]} args */
function git(args) {
  const options = /** @type {const} */ ({ cwd: root, encoding: 'utf8' });
  return execFileSync('git', ['-c', `safe.directory=${root}`, ...args], options);
}

/** Where native parts for the other processor are. */
const arm64 = 'prebuilds/linux-arm64/';

/**
 * A clone of the last commit, with what npm has installed here, and built with nothing that was built before.
 *
 * @param {string} clone
 * @param {{ isForBoth: boolean }} options isForBoth: whether this tree was built for arm64 too
 */
function makeClone(clone, { isForBoth }) {
  execFileSync('git', [
    '-c',
    `safe.directory=${join(root, '.git')}`,
    'clone',
    '--quiet',
    '--no-hardlinks',
    root,
    clone,
  ]);
  for (const place of ['.', ...placesWithModules()]) {
    const from = join(root, place, 'node_modules');
    // Links stay as they are: those of workspaces are relative.
    cpSync(from, join(clone, place, 'node_modules'), { recursive: true, verbatimSymlinks: true, filter: isInstalled });
  }
  const env = { ...process.env, TURBO_FORCE: 'true', TURBO_CACHE_DIR: join(clone, '.turbo/cache') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [`tooling/run/${isForBoth ? 'arm64' : 'build'}.mjs`], {
    cwd: clone,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the clone could not be built: ${stdout}${stderr}`);
}

/** Packages that have their own modules. */
function placesWithModules() {
  return [...packagesOf().values()]
    .map(({ folder }) => folder)
    .filter((folder) => existsSync(join(root, folder, 'node_modules')));
}

/** Not what tools keep there. @param {string} path */
function isInstalled(path) {
  return !/\/node_modules\/\.(?:cache|vite|vite-temp)(?:\/|$)/.test(path);
}

/** @type {(one: string, other: string) => readonly string[]} paths in two tarballs */
function differentFiles(one, other) {
  const [sums = new Map(), others = new Map()] = [one, other].map((file) => contentsOf(file));
  const paths = new Set([...sums.keys(), ...others.keys()]);
  return [...paths].filter((path) => sums.get(path) !== others.get(path)).toSorted((a, b) => a.localeCompare(b));
}

/** @param {string} tarball @returns {ReadonlyMap<string, string>} checksum and mode of each file */
function contentsOf(tarball) {
  const folder = mkdtempSync(`${tarball}-`);
  try {
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      files.map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
        return [relative(folder, path), `${statSync(path).mode} ${sum}`];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
