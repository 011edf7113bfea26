// The true totals of a run, from vitest's JSON report of each package.
// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './shell.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, problems: string[], line: string }} Totals */

const totalsFile = join(root, 'reports', 'totals.txt');

/** Folders of the packages that have tests. */
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
  const totals = { passed: 0, failed: 0, skipped: 0, problems: /** @type {string[]} */ ([]) };
  for (const folder of packages) {
    const file = join(root, folder, 'reports', 'vitest.json');
    if (!existsSync(file)) {
      totals.failed++;
      totals.problems.push(`${folder}: its tests left no report`);
      continue;
    }
    const report = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    // A file that could not be loaded has no tests to fail.
    for (const suite of report.testResults) {
      if (
        suite.status !== 'failed' ||
        suite.assertionResults.some((/** @type {any} */ test) => test.status === 'failed')
      )
        continue;
      totals.failed++;
      totals.problems.push(`${suite.name}: ${suite.message}`);
    }
  }
  if (process.env['SB_MUST_ENFORCE'] === '1' && totals.skipped > 0) {
    totals.problems.push(`${totals.skipped} skipped tests count as failures under SB_MUST_ENFORCE=1`);
    totals.failed += totals.skipped;
    totals.skipped = 0;
  }
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  return { ...totals, line: `${totals.passed} passed, ${totals.failed} failed${skipped}` };
}

/** Keeps the line for `.ci/run`, which prints it last. @param {Totals} totals */
export function writeTotals(totals) {
  mkdirSync(join(root, 'reports'), { recursive: true });
  writeFileSync(totalsFile, `${totals.line}\n`);
}
