// Packages import downwards only, and a primitive never imports another primitive (ARCHITECTURE.md).
// @ts-check
import { posix } from 'node:path';

import { isTest } from '../tree.mjs';

/** A package may import packages of a lower rank only; primitives share one rank, so never each other. */
const ranks = new Map([
  ['native', 0],
  ['probe', 0],
  ['core', 0],
  // Of options and completions only: programs of every rank read their command line with it.
  ['cli-kit', 0.5],
  ['files', 1],
  ['privdrop', 1],
  ['caps', 1],
  ['landlock', 1],
  ['seccomp', 1],
  ['sandbox', 2],
  ['fetcher', 3],
  ['pacman-fetch', 4],
]);

/** Only tests, benches and soaks may use these. */
const testOnly = new Set(['probe', 'test-kit', 'containers', 'bench']);

/** @type {import('../tree.mjs').Rule} */
export function packages(tree) {
  const entries = entriesOf(tree);
  return tree.modules
    .filter((file) => /^(?:packages|apps)\//.test(file))
    .flatMap((file) => tree.targetsOf(file).flatMap((target) => problemWith(file, target, entries) ?? []));
}

/** What each package offers: `@sb/core`, `@sb/core/document`. @param {import('../tree.mjs').Tree} tree */
function entriesOf(tree) {
  const manifests = tree.files.filter((file) => /^(?:packages|apps|tooling)\/[^/]+\/package\.json$/.test(file));
  return new Set(
    manifests.flatMap((file) => {
      const { name, exports: offered = {} } = JSON.parse(tree.text(file));
      return Object.keys(offered).map((key) => posix.join(name, key));
    }),
  );
}

/** @type {(file: string, target: string, entries: ReadonlySet<string>) => string | undefined} */
function problemWith(file, target, entries) {
  const [, name = '', ...inner] = file.split('/');
  const rank = ranks.get(name);
  if (rank === undefined) return `${file}: package ${name} has no rank in tooling/checks/rules/packages.mjs`;
  if (target.startsWith('.')) return outside(file, target);
  const other = /^@sb\/([^/]+)/.exec(target)?.[1];
  if (other === undefined || other === name) return undefined;
  if (testOnly.has(other)) return isTest(file) ? undefined : `${file}: imports ${target}, which is for tests only`;
  const otherRank = ranks.get(other);
  if (otherRank === undefined) return `${file}: imports unknown package ${target}`;
  if (!entries.has(target)) return `${file}: imports ${target}, which its package.json does not export`;
  // What two primitives do together can be tested and shown only where both are; nothing of it is published.
  if (otherRank === rank && (isTest(file) || inner[0] === 'examples')) return undefined;
  return otherRank < rank ? undefined : `${file}: imports ${target}, which is not below ${name}`;
}

/** @type {(file: string, target: string) => string | undefined} */
function outside(file, target) {
  const [parent = '', name = '', ...inner] = file.split('/');
  const path = posix.join(posix.dirname(file), target);
  if (path.startsWith(`${parent}/${name}/`)) return undefined;
  const isConfig = inner.length === 1 && file.endsWith('.config.ts');
  return isConfig && path.startsWith('tooling/') ? undefined : `${file}: imports ${target}, outside its package`;
}
