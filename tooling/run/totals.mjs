// The true totals of a run, from vitest's JSON report of each package.
// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { named } from './again.mjs';
import { root } from './shell.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, problems: string[], names: string[], line: string }} Totals
 *   problems: everything that is wrong beside failed tests.
 *   names: the failed tests, each with its file and the first line of its failure
 */

const totalsFile = join(root, 'reports', 'totals.txt');
const partsFolder = join(root, 'reports', 'totals');

/** Directories of the packages that have tests. */
export function testedPackages() {
  return ['packages', 'apps', 'tooling']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
    .filter((folder) => {
      const manifest = join(root, folder, 'package.json');
      return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test !== undefined;
    });
}

/**
 * Adds up the reports. A package without one counts as a failure, and so does a skipped test where everything must be
 * enforced (`SB_MUST_ENFORCE=1`, as in CI).
 *
 * @param {readonly string[]} packages
 * @returns {Totals}
 */
export function readTotals(packages) {
  return readReports(packages.map((folder) => join(root, folder, 'reports', 'vitest.json')));
}

/**
 * @param {readonly string[]} files reports of vitest
 * @param {readonly string[]} [packages] directories of packages that must have a test in one of them
 * @returns {Totals}
 */
export function readReports(files, packages = []) {
  const absent = new Set(packages);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const names = [];
  for (const file of files) {
    if (!existsSync(file)) {
      totals.failed++;
      problems.push(`the tests left no report ${relative(root, file)}`);
      continue;
    }
    const report = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    // A file that could not be loaded has no tests to fail.
    for (const suite of report.testResults) {
      const [parent = '', name = ''] = relative(root, suite.name).split('/');
      absent.delete(join(parent, name));
      const failed = suite.assertionResults.filter((/** @type {any} */ test) => test.status === 'failed');
      for (const test of failed) names.push(named(suite.name, test));
      if (suite.status !== 'failed' || failed.length > 0) continue;
      totals.failed++;
      problems.push(`${suite.name}: ${suite.message}`);
    }
  }
  for (const folder of absent) {
    totals.failed++;
    problems.push(`no test of ${folder} was run`);
  }
  if (process.env['SB_MUST_ENFORCE'] === '1' && totals.skipped > 0) {
    problems.push(`${totals.skipped} skipped tests count as failures under SB_MUST_ENFORCE=1`);
    totals.failed += totals.skipped;
    totals.skipped = 0;
  }
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  return { ...totals, problems, names, line: `${totals.passed} passed, ${totals.failed} failed${skipped}` };
}

/** Keeps the line of `npm test`, which `.ci/run` adds its other parts to. @param {string} line */
export function writeLine(line) {
  writeFileSync(totalsFile, `${line}\n`);
}

/**
 * Keeps what a command ran, for the sum of all of them.
 *
 * @param {string} name of the command's part
 * @param {{ passed: number, failed: number, skipped?: number, note?: string, names?: readonly string[],
 *   alone?: readonly string[] }} total names: what failed; alone: what passed only when it ran alone
 */
export function writePart(
  name,
  { passed, failed, skipped = 0, note = skipped > 0 ? `${skipped} skipped` : undefined, names = [], alone = [] },
) {
  mkdirSync(partsFolder, { recursive: true });
  writeFileSync(join(partsFolder, `${name}.json`), JSON.stringify({ passed, failed, note, names, alone }));
}

/**
 * The sum of parts that must all have been run: one that kept no total counts as a failure.
 *
 * @param {readonly string[]} names
 * @returns {{ failed: number, lines: readonly string[] }} each test that passed only alone or failed, a line a part, and last
 *   the sum, which is kept as the total
 */
export function sumUp(names) {
  const sum = { passed: 0, failed: 0 };
  /** @type {string[]} */
  const failures = [];
  /** @type {string[]} */
  const pace = [];
  const lines = names.map((name) => {
    const file = join(partsFolder, `${name}.json`);
    const found = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failed: 1, note: 'no total' };
    sum.passed += found.passed;
    sum.failed += found.failed;
    failures.push(...(found.names ?? []).map((/** @type {string} */ test) => `failed in ${name}: ${test}`));
    pace.push(...(found.alone ?? []).map((/** @type {string} */ test) => `passed in ${name} only alone: ${test}`));
    return `${name}: ${found.passed} passed, ${found.failed} failed${found.note ? ` (${found.note})` : ''}`;
  });
  const last = `${sum.passed} passed, ${sum.failed} failed`;
  writeFileSync(totalsFile, `${last}\n`);
  return { failed: sum.failed, lines: [...pace, ...failures, ...lines, last] };
}
