// `npm run check`: everything that is not a test. Runs all of them, then says which failed.
// @ts-check
import { join } from 'node:path';

import { build, runTask, setUp } from './setup.mjs';
import { attempt, root, say } from './shell.mjs';
import { cFiles } from './tracked-files.mjs';

setUp(['check']);

const npx = (/** @type {string[]} */ ...args) => attempt('npx', ['--no-install', ...args]);

/** @typedef {readonly [name: string, check: () => number]} Check */

/**
 * These read sources alone, the quickest first. What they find is named before a build fails for it.
 *
 * @type {readonly Check[]}
 */
const ofSources = [
  ['structure', () => attempt(process.execPath, ['tooling/checks/structure.mjs'])],
  ['words', () => attempt(process.execPath, ['tooling/checks/words.mjs'])],
  ['file access', () => attempt(process.execPath, ['tooling/checks/file-access.mjs'])],
  ['format', () => npx('oxfmt', '--check')],
  ['format of C', () => attempt('clang-format', ['--dry-run', '--Werror', ...cFiles()])],
];

/** @type {readonly Check[]} */
const ofBuilt = [
  ['lint', () => npx('oxlint', '--type-aware', '--deny-warnings')],
  ['types', () => runTask('typecheck', ['--output-logs=errors-only'])],
  ['types of the commands', () => attempt(process.execPath, ['run/types.mjs'], { cwd: join(root, 'tooling') })],
  ['native parts', () => attempt(process.execPath, ['tooling/checks/native-parts.mjs'])],
  ['imports of what is built', () => attempt(process.execPath, ['tooling/checks/shipped-imports.mjs'])],
  ['doc comments', () => attempt(process.execPath, ['tooling/checks/doc-comments.mjs'])],
  ['what is supported', () => attempt(process.execPath, ['tooling/support/src/write.mjs', '--check'])],
  ['unused code', () => npx('knip', '--no-config-hints')],
  ['packages', () => runTask('check:package', ['--output-logs=errors-only'])],
];

/** @type {(checks: readonly Check[]) => readonly string[]} names of those that failed */
const failuresOf = (checks) =>
  checks
    .filter(([name, check]) => {
      say(`check: ${name}`);
      return check() !== 0;
    })
    .map(([name]) => name);

const early = failuresOf(ofSources);
// What imports upwards can't be built, or not as it was meant.
if (early.includes('structure')) end(early);
build();
end([...early, ...failuresOf(ofBuilt)]);

/** @type {(failed: readonly string[]) => never} */
function end(failed) {
  say(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
  process.exit(failed.length === 0 ? 0 : 1);
}
