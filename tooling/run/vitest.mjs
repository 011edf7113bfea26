// The tests of all packages in one vitest, and what came of them.
// @ts-check
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { afterSecondRun, filesToTryAgain, patternToTryAgain } from './again.mjs';
import { attempt, root, say } from './shell.mjs';
import { readReports, testedPackages, writePart } from './totals.mjs';

/**
 * Runs tests, keeps their total as a part of the sum, and says it.
 *
 * @param {string} part name of the part
 * @param {{ env?: NodeJS.ProcessEnv, packages?: readonly string[], filters?: readonly string[] }} [options]
 *   env: more variables; packages: directories that must have a test in the report; filters: arguments of vitest
 * @returns {import('./totals.mjs').Totals & { alone: readonly string[] }} alone: tests that passed only when they ran alone
 */
export function runTests(part, { env = {}, packages = testedPackages(), filters = [] } = {}) {
  const report = join(root, 'reports', `${part}.json`);
  mkdirSync(join(root, 'reports'), { recursive: true });
  const status = run(report, filters, env);
  const alone = existsSync(report) ? tryAgain(report, env) : [];
  const totals = readReports([report], packages);
  // The report has the details; a runner that failed and reported nothing wrong is one failure more.
  if (status !== 0 && totals.failed === 0 && alone.length === 0) totals.failed = 1;
  for (const problem of totals.problems) say(problem);
  writePart(part, { ...totals, alone });
  return { ...totals, alone };
}

/** @param {string} report @param {readonly string[]} filters @param {NodeJS.ProcessEnv} env */
function run(report, filters, env) {
  // A report of an earlier run must not stand for this one.
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'tooling/vitest.all.ts', ...filters];
  return attempt(process.execPath, args, { env: { ...process.env, ...env, SB_REPORT: report } });
}

/** What failed runs once more, one after the other. @param {string} report is changed @param {NodeJS.ProcessEnv} env */
function tryAgain(report, env) {
  const first = JSON.parse(readFileSync(report, 'utf8'));
  const files = filesToTryAgain(first);
  if (files.length === 0) return [];
  say('what failed runs once more, alone');
  const second = report.replace(/\.json$/, '-alone.json');
  const only = ['--no-file-parallelism', `--testNamePattern=${patternToTryAgain(first)}`];
  run(second, [...only, ...files.map((file) => relative(root, file))], env);
  if (!existsSync(second)) return [];
  const { report: counts, alone } = afterSecondRun(first, JSON.parse(readFileSync(second, 'utf8')));
  writeFileSync(report, JSON.stringify(counts));
  return alone;
}
