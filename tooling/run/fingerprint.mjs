// What a build of a package reads, as one checksum: its own inputs as turbo.json lists them, and those of every package of
// this project that it depends on. Contents count, times don't.
// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { root } from './shell.mjs';

/** @typedef {'build' | 'build:native'} Task */
/** @typedef {{ folder: string, manifest: any }} Package `folder`: below the top */

/** The prefix of an input that is below the top directory, not below the package. */
const top = '$TURBO_ROOT$/';

/** Every package of this project, by its name. @returns {ReadonlyMap<string, Package>} */
export function packagesOf(base = root) {
  const folders = ['packages', 'apps', 'tooling'].flatMap((parent) =>
    existsSync(join(base, parent)) ? readdirSync(join(base, parent)).map((name) => join(parent, name)) : [],
  );
  return new Map(
    folders.flatMap((folder) => {
      const file = join(base, folder, 'package.json');
      if (!existsSync(file)) return [];
      const manifest = JSON.parse(readFileSync(file, 'utf8'));
      return [[manifest.name, { folder, manifest }]];
    }),
  );
}

/** Checksums of one tree, each read once. */
export class Fingerprints {
  /** @type {Map<string, string>} */
  #known = new Map();

  /**
   * @param {string} [base] the top directory
   * @param {(path: string) => Uint8Array} [read] a file
   */
  constructor(base = root, read = (path) => readFileSync(path)) {
    this.base = base;
    this.read = read;
    this.packages = packagesOf(base);
    this.tasks = JSON.parse(readFileSync(join(base, 'turbo.json'), 'utf8')).tasks;
  }

  /**
   * @param {string} name of a package
   * @param {Task} task
   * @returns {string}
   */
  of(name, task) {
    const key = `${name}#${task}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hash = createHash('sha256');
    for (const file of this.#files(name, task)) {
      const path = join(this.base, file);
      hash.update(`${file}\0${createHash('sha256').update(this.read(path)).digest('hex')}\0`);
    }
    for (const dependency of this.dependenciesOf(name)) hash.update(this.of(dependency, task));
    const digest = hash.digest('hex');
    this.#known.set(key, digest);
    return digest;
  }

  /**
   * The packages of this project that a package names, those for its development among them, as turbo takes them.
   *
   * @param {string} name
   * @returns {readonly string[]}
   */
  dependenciesOf(name) {
    const { dependencies = {}, devDependencies = {} } = this.packages.get(name)?.manifest ?? {};
    return Object.keys({ ...dependencies, ...devDependencies })
      .filter((one) => this.packages.has(one))
      .toSorted();
  }

  /** @type {(name: string, task: Task) => readonly string[]} paths below the top */
  #files(name, task) {
    const folder = this.packages.get(name)?.folder ?? '';
    /** @type {readonly string[]} */
    const inputs = (this.tasks[`${name}#${task}`] ?? this.tasks[task]).inputs;
    const wanted = inputs.filter((input) => !input.startsWith('!') && !input.startsWith(top)).map(patternOf);
    const unwanted = inputs.filter((input) => input.startsWith('!')).map((input) => patternOf(input.slice(1)));
    const own = filesBelow(join(this.base, folder))
      .filter((file) => wanted.some((one) => one.test(file)) && !unwanted.some((one) => one.test(file)))
      .map((file) => join(folder, file));
    const shared = inputs.filter((input) => input.startsWith(top)).map((input) => input.slice(top.length));
    return [...new Set([join(folder, 'package.json'), ...own, ...shared])].toSorted();
  }
}

/** The checksum of each file that a build has made, by its path below the directory. @param {string} folder */
export function contentOf(folder) {
  const files = existsSync(folder) ? filesBelow(folder) : [];
  return Object.fromEntries(files.map((file) => [file, checksumOf(join(folder, file))]));
}

/** @param {string} path of a file @returns {string} empty if the file does not exist */
export function checksumOf(path) {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

/** Directories of a package that no build reads. */
const ignored = new Set(['node_modules', 'dist', 'build', 'prebuilds', 'reports', 'test', '.turbo', '.built']);

/** @type {(folder: string) => readonly string[]} paths below it, in order */
function filesBelow(folder) {
  /** @type {(path: string) => readonly string[]} */
  const walk = (path) =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return path === folder && ignored.has(entry.name) ? [] : walk(inner);
      return [relative(folder, inner)];
    });
  return walk(folder).toSorted();
}

/** As turbo reads it: `**` is any number of directories, `*` any part of a name. @param {string} glob */
function patternOf(glob) {
  const source = glob
    .split('/')
    .map((part, index, all) => {
      if (part === '**') return index === all.length - 1 ? '.+' : '(?:.+/)?';
      const name = part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
      return index === all.length - 1 ? name : `${name}/`;
    })
    .join('');
  return new RegExp(`^${source}$`);
}
