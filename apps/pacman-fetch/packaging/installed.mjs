// Puts the built program where it is to be installed, with the packages of this project that it loads, their licences and
// its starter: installed.mjs DIR
// @ts-check
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const app = join(import.meta.dirname, '..');
const root = join(app, '..', '..');

/** @param {string} folder */
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * The directories of the dependencies of a package, and of their dependencies.
 *
 * @param {string} folder
 * @param {Set<string>} found
 */
function dependenciesOf(folder, found = new Set()) {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    // Everything else was copied into the program when it was built.
    const dependency = join(root, 'packages', name.replace('@sb/', ''));
    if (!existsSync(dependency)) throw new Error(`${name} is not a package of this project`);
    if (!found.has(dependency)) dependenciesOf(dependency, found.add(dependency));
  }
  return found;
}

/**
 * @param {string} source
 * @param {string} target
 * @param {readonly string[]} parts
 */
function copyBuilt(source, target, parts = ['package.json', 'dist', 'prebuilds']) {
  for (const part of parts) {
    if (existsSync(join(source, part)))
      cpSync(join(source, part), join(target, part), { recursive: true, filter: isUsed });
  }
}

/**
 * Pages lie elsewhere, and a code cache is for one build of Node.
 *
 * @param {string} path
 */
const isUsed = (path) => !/\.(?:map|cache|d\.ts|d\.cts)$|\/demo\.js$|\/dist\/man$/.test(path);

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('name the target directory: installed.mjs DIR');
const target = resolve(folder);
mkdirSync(target, { recursive: true });
// The starter is the only program of the package.
copyBuilt(app, target, ['package.json', 'dist']);
for (const dependency of dependenciesOf(app)) {
  copyBuilt(dependency, join(target, 'node_modules', manifestOf(dependency).name));
}
cpSync(join(app, 'prebuilds', `linux-${process.arch}`, 'start'), join(target, 'start'));
chmodSync(join(target, 'start'), 0o755);
