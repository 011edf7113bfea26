// Imports go downwards only, and a primitive never imports another primitive (ARCHITECTURE.md).
// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { projectFiles } from '../run/tracked-files.mjs';
import { root } from '../run/shell.mjs';

/** A package may import packages of a lower rank only; primitives share one rank, so never each other. */
const ranks = new Map([
  ['native', 0],
  ['probe', 0],
  ['core', 0],
  ['files', 1],
  ['privdrop', 1],
  ['caps', 1],
  ['landlock', 1],
  ['seccomp', 1],
  ['sandbox', 2],
  ['fetcher', 3],
  ['pacman-fetch', 4],
]);

/** Only tests may use these. */
const testOnly = new Set(['probe', 'test-kit', 'containers']);

const importPattern = /(?:\bfrom|\bimport|\bimport\()\s*['"]([^'"]+)['"]/g;

const problems = projectFiles()
  .filter((file) => /^(?:packages|apps)\/[^/]+\/.*\.(?:ts|mts|mjs)$/.test(file))
  .flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    return [...source.matchAll(importPattern)].flatMap(([, target = '']) => problemWith(file, target) ?? []);
  });
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * @param {string} file
 * @param {string} target what it imports
 * @returns {string | undefined}
 */
function problemWith(file, target) {
  const [parent = '', name = '', ...inner] = file.split('/');
  const rank = ranks.get(name);
  if (rank === undefined) return `${file}: package ${name} has no rank in tooling/checks/imports.mjs`;
  const isTest = file.endsWith('.test.ts') || inner[0] === 'test' || inner[0] === 'bench';
  const isConfig = inner.length === 1 && file.endsWith('.config.ts');
  if (target.startsWith('.')) {
    const path = join(parent, name, ...inner.slice(0, -1), target);
    if (path.startsWith(join(parent, name) + '/')) return undefined;
    return isConfig && path.startsWith('tooling/') ? undefined : `${file}: imports ${target}, outside its package`;
  }
  const other = /^@sb\/([^/]+)/.exec(target)?.[1];
  if (other === undefined || other === name) return undefined;
  if (testOnly.has(other)) return isTest ? undefined : `${file}: imports ${target}, which is for tests only`;
  const otherRank = ranks.get(other);
  if (otherRank === undefined) return `${file}: imports unknown package ${target}`;
  // What two primitives do together can be tested and shown only where both are; nothing of it is published.
  if (otherRank === rank && (isTest || inner[0] === 'examples')) return undefined;
  return otherRank < rank ? undefined : `${file}: imports ${target}, which is not below ${name}`;
}
