// Whether what is built is of the sources that are there. A build leaves a checksum of what it read and of what it made
// (stamped.mjs); tests, which run what is built, ask here first (require-built.mjs).
// @ts-check
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { checksumOf, contentOf, Fingerprints } from './fingerprint.mjs';
import { root } from './shell.mjs';

/** @typedef {import('./fingerprint.mjs').Task} Task */

/** What each task makes, below its package. @type {Readonly<Record<Task, string>>} */
const outputs = { build: 'dist', 'build:native': `prebuilds/${process.platform}-${process.arch}` };

const tasks = /** @type {const} */ (['build', 'build:native']);

/** @type {(folder: string, task: Task) => string} */
const stampOf = (folder, task) => join(folder, '.built', `${task.replace(':', '-')}.json`);

/**
 * Runs a build and leaves the checksums, unless a source changed meanwhile.
 *
 * @param {{ base?: string, name: string, task: Task }} what base: the top directory; name: of the package
 * @param {() => void} build that throws where it fails
 * @throws Error if a source changed: the build matches neither version
 */
export function stamped({ base = root, name, task }, build) {
  const { PREBUILD_ARCH: arch = process.arch } = process.env;
  // What is built for another processor leaves what this one runs as it was.
  if (arch !== process.arch) return build();
  const folder = folderOf(new Fingerprints(base), name);
  const stamp = stampOf(folder, task);
  rmSync(stamp, { force: true });
  const sources = new Fingerprints(base).of(name, task);
  build();
  if (new Fingerprints(base).of(name, task) !== sources) {
    throw new Error(`a source of ${name} changed while it was built; build again`);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${JSON.stringify({ sources, outputs: contentOf(join(folder, outputs[task])) })}\n`);
}

/**
 * The packages whose built parts a test of a package would run although they were built from other sources.
 *
 * @param {string} name of the package
 * @param {string} [base] the top directory
 * @returns {readonly string[]} `@sb/caps: dist is not of its sources`
 */
export function staleParts(name, base = root) {
  const fingerprints = new Fingerprints(base);
  return [...withDependencies(fingerprints, name)].flatMap((one) =>
    tasks.flatMap((task) => {
      const { manifest } = fingerprints.packages.get(one) ?? {};
      if (manifest?.scripts?.[task] === undefined) return [];
      const folder = folderOf(fingerprints, one);
      const left = stampIn(stampOf(folder, task));
      const made = outputs[task];
      if (left === undefined) return [`${one}: ${made} was not built`];
      if (left.sources !== fingerprints.of(one, task)) return [`${one}: ${made} is not of its sources`];
      // What an earlier build made beside is read by nobody: turbo, which puts back what it kept, removes nothing.
      const isWhole = Object.entries(left.outputs).every(
        ([file, checksum]) => checksumOf(join(folder, made, file)) === checksum,
      );
      return isWhole ? [] : [`${one}: ${made} is not what its build made`];
    }),
  );
}

/** @type {(fingerprints: Fingerprints, name: string, found?: Set<string>) => Set<string>} */
function withDependencies(fingerprints, name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const one of fingerprints.dependenciesOf(name)) withDependencies(fingerprints, one, found);
  return found;
}

/** @type {(fingerprints: Fingerprints, name: string) => string} */
function folderOf({ base, packages }, name) {
  const found = packages.get(name);
  if (found === undefined) throw new Error(`the project has no package ${name}`);
  return join(base, found.folder);
}

/** @type {(file: string) => { sources: string, outputs: Readonly<Record<string, string>> } | undefined} */
function stampIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // never built, or cut off: built again either way
  }
}
