// Puts the built program into an archive for PKGBUILD, with the packages of this project that it loads: archive.mjs FOLDER
// @ts-check
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const app = join(import.meta.dirname, '..');
const root = join(app, '..', '..');

/** @param {string} folder */
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * The folders of a package's own dependencies, and of theirs.
 *
 * @param {string} folder
 * @param {Set<string>} found
 */
function dependenciesOf(folder, found = new Set()) {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    // Everything else was copied into the program when it was built.
    const dependency = join(root, 'packages', name.replace('@sb/', ''));
    if (!existsSync(dependency)) throw new Error(`${name} is no package of this project`);
    if (!found.has(dependency)) dependenciesOf(dependency, found.add(dependency));
  }
  return found;
}

/**
 * @param {string} source
 * @param {string} target
 */
function copyBuilt(source, target) {
  for (const part of ['package.json', 'dist', 'prebuilds']) {
    if (existsSync(join(source, part)))
      cpSync(join(source, part), join(target, part), { recursive: true, filter: isUsed });
  }
}

/** @param {string} path */
const isUsed = (path) => !/\.(?:map|d\.ts)$|\/demo\.js$/.test(path);

const [, , folder = '.'] = process.argv;
const name = `pacman-fetch-${manifestOf(app).version}`;
const work = mkdtempSync(join(tmpdir(), 'pacman-fetch-archive-'));
try {
  copyBuilt(app, join(work, name));
  for (const dependency of dependenciesOf(app)) {
    copyBuilt(dependency, join(work, name, 'node_modules', manifestOf(dependency).name));
  }
  cpSync(join(root, 'LICENSE'), join(work, name, 'LICENSE'));
  const target = join(resolve(folder), `${name}.tar.gz`);
  execFileSync('tar', ['--owner=0', '--group=0', '--numeric-owner', '-C', work, '-czf', target, name]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
