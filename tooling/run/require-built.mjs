// Runs before the tests of a package, which run what is built: builds what is not of the sources that are there.
// Otherwise a change of a source is tried by nothing, and stays green.
// @ts-check
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

import { staleParts } from './built.mjs';
import { build } from './setup.mjs';
import { root as top, say } from './shell.mjs';

/** @typedef {{ config: { root: string }, onTestsRerun(listener: () => void): void }} Project of vitest */
/** @typedef {{ stale: (name: string) => readonly string[], build: (options: readonly string[]) => void }} Steps */

/**
 * @param {Project} project
 * @throws Error where the build leaves something that is not of its sources, with what to do
 */
export default function requireBuilt(project) {
  const name = packageOf(project.config.root);
  if (name === undefined) return;
  refresh(name);
  // In watch mode.
  project.onTestsRerun(() => refresh(name));
}

/**
 * The package of a directory.
 *
 * @param {string} root of vitest
 * @returns {string | undefined} undefined for a copy of a package elsewhere: the code that changes the copy also builds it
 */
export function packageOf(root) {
  const folder = realpathSync(root);
  const manifest = join(folder, 'package.json');
  if (!folder.startsWith(realpathSync(top) + sep) || !existsSync(manifest)) return undefined;
  return JSON.parse(readFileSync(manifest, 'utf8')).name;
}

/**
 * @param {string} name of a package
 * @param {Steps} [steps]
 */
export function refresh(name, steps = { stale: staleParts, build }) {
  const stale = steps.stale(name);
  if (stale.length === 0) return;
  for (const part of stale) say(part);
  steps.build([`--filter=${name}...`]);
  const left = steps.stale(name);
  if (left.length === 0) return;
  throw new Error(`${left.join('; ')}. Tests run what is built. Run: npm run build`);
}
