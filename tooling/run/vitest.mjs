// The tests of all packages in one vitest, and what came of them.
// @ts-check
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { attempt, root, say } from './shell.mjs';
import { readReports, testedPackages, writePart } from './totals.mjs';

/**
 * Runs tests, keeps their total as a part of the sum, and says it.
 *
 * @param {string} part name of the part
 * @param {{ env?: NodeJS.ProcessEnv, packages?: readonly string[], filters?: readonly string[] }} [options]
 *   env: more variables; packages: folders that must have a test in the report; filters: arguments of vitest
 * @returns {import('./totals.mjs').Totals}
 */
export function runTests(part, { env = {}, packages = testedPackages(), filters = [] } = {}) {
  const report = join(root, 'reports', `${part}.json`);
  // A report of an earlier run must not stand for this one.
  rmSync(report, { force: true });
  mkdirSync(join(root, 'reports'), { recursive: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'tooling/vitest.all.ts', ...filters];
  const status = attempt(process.execPath, args, { env: { ...process.env, ...env, SB_REPORT: report } });
  const totals = readReports([report], packages);
  // The report has the details; a runner that failed and reported nothing wrong is one failure more.
  if (status !== 0 && totals.failed === 0) totals.failed = 1;
  for (const problem of totals.problems) say(problem);
  writePart(part, totals);
  return totals;
}
