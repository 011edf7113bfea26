// What is published of this tree, and in which order: a package comes after those that it needs.
// @ts-check
import { join } from 'node:path';

import { packagesOf } from '../../run/fingerprint.mjs';
import { root } from '../../run/shell.mjs';

/** @typedef {{ name: string, version: string, exports?: Readonly<Record<string, unknown>>, bin?: Readonly<Record<string, string>>, dependencies?: Readonly<Record<string, string>> }} Manifest */
/** @typedef {{ name: string, folder: string, manifest: Manifest }} Published `folder`: absolute */

/**
 * The packages that are to be released, with those of this project that they are installed with.
 *
 * @param {readonly string[]} [names] Default: all public ones
 * @returns {readonly Published[]}
 * @throws Error for a name of none, or of a private one
 */
export function published(names = []) {
  const all = packagesOf();
  const chosen =
    names.length > 0 ? names : [...all].filter(([, { manifest }]) => !manifest.private).map(([name]) => name);
  /** @type {Map<string, Published>} */
  const found = new Map();
  for (const name of chosen.toSorted()) add(name);
  return [...found.values()];

  /** @param {string} name */
  function add(name) {
    if (found.has(name)) return;
    const one = all.get(name);
    if (one === undefined) throw new Error(`the project has no package ${name}`);
    if (one.manifest.private === true) throw new Error(`${name} is private: it is not published`);
    for (const needed of Object.keys(one.manifest.dependencies ?? {})) if (all.has(needed)) add(needed);
    found.set(name, { name, folder: join(root, one.folder), manifest: one.manifest });
  }
}
