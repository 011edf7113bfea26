// The files of the project, and what imports what.
// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import { root } from '../run/shell.mjs';
import { projectFiles } from '../run/tracked-files.mjs';

/** @typedef {(tree: Tree) => readonly string[]} Rule says what is wrong, a line each, with the file first */

/** What loads another file or package: `from '…'`, `import '…'`, `import('…')`, `require('…')`. */
const loading = /(?:\bfrom|\bimport|\brequire)\s*(?:\/\*.*?\*\/\s*)?\(?\s*(['"`])([^'"`\n$]+)\1/gs;

/** Some files with their texts. */
export class Tree {
  /** @type {Map<string, string>} */
  #texts = new Map();
  /** @type {Set<string>} */
  #known;

  /**
   * @param {readonly string[]} files below the top directory
   * @param {(file: string) => string} read
   */
  constructor(files, read) {
    this.files = files;
    this.read = read;
    this.#known = new Set(files);
  }

  /** @param {string} file */
  has(file) {
    return this.#known.has(file);
  }

  /** @param {string} file */
  text(file) {
    const text = this.#texts.get(file) ?? this.read(file);
    this.#texts.set(file, text);
    return text;
  }

  /** Sources in TypeScript and JavaScript. */
  get modules() {
    return this.files.filter((file) => /\.(?:ts|mts|cts|js|mjs|cjs)$/.test(file));
  }

  /**
   * What a module loads, types included, as it is written there.
   *
   * @param {string} file
   * @returns {readonly string[]}
   */
  targetsOf(file) {
    return [...this.text(file).matchAll(loading)].map(([, , target = '']) => target);
  }

  /**
   * The files of the project that a module loads by a relative path.
   *
   * @param {string} file
   * @returns {readonly string[]}
   */
  importsOf(file) {
    return this.targetsOf(file)
      .filter((target) => target.startsWith('.'))
      .flatMap((target) => this.#found(posix.join(posix.dirname(file), target)) ?? []);
  }

  /** @param {string} path as a program loads it */
  #found(path) {
    const stem = path.replace(/\.[cm]?js$/, '');
    return [path, `${stem}.ts`, `${stem}.mts`, `${stem}.d.ts`].find((one) => this.#known.has(one));
  }
}

/** The tree as it is on disk. */
export function projectTree() {
  // A file that was removed is tracked until that is staged.
  const files = projectFiles().filter((file) => existsSync(join(root, file)));
  return new Tree(files, (file) => readFileSync(join(root, file), 'utf8'));
}

/** Whether a file is for tests alone, by where it lies. @param {string} file */
export function isTest(file) {
  return file.endsWith('.test.ts') || /^(?:packages|apps|tooling)\/[^/]+\/(?:test|bench|soak)\//.test(file);
}
