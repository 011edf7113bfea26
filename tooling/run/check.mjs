// `npm run check`: everything that is not a test. Runs all of them, then says which failed.
// @ts-check
import { build, runTask, setUp } from './setup.mjs';
import { attempt, say } from './shell.mjs';
import { cFiles } from './tracked-files.mjs';

setUp(['check']);
build();

const npx = (/** @type {string[]} */ ...args) => attempt('npx', ['--no-install', ...args]);

/** @type {readonly [name: string, check: () => number][]} */
const checks = [
  ['format', () => npx('oxfmt', '--check')],
  ['format of C', () => attempt('clang-format', ['--dry-run', '--Werror', ...cFiles()])],
  ['lint', () => npx('oxlint', '--type-aware', '--deny-warnings')],
  ['types', () => runTask('typecheck', ['--output-logs=errors-only'])],
  ['types of the commands', () => npx('tsc', '-p', 'tooling')],
  ['imports', () => attempt(process.execPath, ['tooling/checks/imports.mjs'])],
  ['file access', () => attempt(process.execPath, ['tooling/checks/file-access.mjs'])],
  ['native parts', () => attempt(process.execPath, ['tooling/checks/native-parts.mjs'])],
  ['doc comments', () => attempt(process.execPath, ['tooling/checks/doc-comments.mjs'])],
  ['what is supported', () => attempt(process.execPath, ['tooling/support/src/write.mjs', '--check'])],
  ['unused code', () => npx('knip', '--no-config-hints')],
  ['packages', () => runTask('check:package', ['--output-logs=errors-only'])],
];

const failed = checks.filter(([name, check]) => {
  say(`check: ${name}`);
  return check() !== 0;
});
say(failed.length === 0 ? 'all checks passed' : `failed: ${failed.map(([name]) => name).join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
