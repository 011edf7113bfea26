// `npm run test:nodes`: every test of every package, run by each Node release of tooling/node-matrix/nodes; those of Bun
// and Deno are among them. What was run with every package is kept in docs/support.json.
// `-- --quick` runs what the kernel matrix runs in each guest, on the oldest and the newest release only.
// `-- --node node22` and `-- --package packages/core` choose.
// @ts-check
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { suites } from '../kernel-matrix/src/suites.mjs';
import { thisRun } from '../support/src/data.mjs';
import { hostKernel, otherRuntimes } from '../support/src/host.mjs';
import { keep } from '../support/src/write.mjs';
import { build, setUp } from './setup.mjs';
import { fail, root, say } from './shell.mjs';
import { readReports, readTotals, testedPackages, writePart } from './totals.mjs';

if (process.platform !== 'linux' || process.arch !== 'x64')
  fail('The releases of Node are fetched for Linux on x64 only.');
setUp(['test']);
build();

const nodes = join(root, 'tooling/node-matrix/nodes');
const { dependencies } = JSON.parse(readFileSync(join(nodes, 'package.json'), 'utf8'));
const all = Object.keys(dependencies).filter((name) => name.startsWith('node'));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    node: { type: 'string', multiple: true },
    package: { type: 'string', multiple: true },
  },
});
const packages = values.package ?? testedPackages();
const chosen = values.node ?? (values.quick ? [all[0] ?? '', all.at(-1) ?? ''] : all);
for (const name of chosen) if (!all.includes(name)) fail(`There is no ${name}; there are ${all.join(', ')}.`);
const isWhole = !values.quick && values.package === undefined;
const run = { ...thisRun(), host: hostKernel() };
/** A run takes half an hour in which the machine may have other things to do: no test is to fail for that. */
const patient = ['--testTimeout=90000', '--hookTimeout=180000'];
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const quickReport = join(root, 'reports/nodes.json');
// Tests start programs as users who can't enter every folder that a clone may lie in.
const folder = mkdtempSync(join(tmpdir(), 'sb-nodes-'));
chmodSync(folder, 0o755);
try {
  const rows = chosen.map((alias) => testWith(alias));
  for (const { name, version, line } of rows) say(`${name} ${version}: ${line}`);
  const sum = { passed: 0, failed: 0 };
  for (const { passed, failed } of rows)
    Object.assign(sum, { passed: sum.passed + passed, failed: sum.failed + failed });
  writePart('nodes', { ...sum, note: `Node ${rows.map(({ version }) => version).join(', ')}` });
  say(isWhole ? 'kept in docs/support.json' : 'not kept: only some tests were run');
  process.exitCode = sum.failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} alias of a release
 * @returns what came of it
 */
function testWith(alias) {
  const node = join(folder, alias, 'node');
  mkdirSync(join(folder, alias));
  copyFileSync(join(nodes, 'node_modules', alias, 'bin/node'), node);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
  const { failures, totals } = values.quick ? quickly(node) : packageByPackage(node, version);
  for (const problem of totals.problems) say(problem);
  // The reports have the details; a runner that failed and reported nothing wrong is one failure more.
  const failed = Math.max(totals.failed, failures);
  const { passed, skipped } = totals;
  const row = { name: 'Node', version, passed, failed, skipped };
  if (isWhole) for (const one of [row, ...otherRuntimes()]) keep('runtimes', { ...run, ...one }, namesInOrder());
  return { ...row, line: `${passed} passed, ${failed} failed, ${skipped} skipped` };
}

/** Every runtime that there is, as docs/support.json names them. */
function namesInOrder() {
  const versions = all.map((alias) => String(dependencies[alias]).split('@').at(-1));
  const others = otherRuntimes().map(({ name, version }) => `${name} ${version}`);
  return [...versions.map((version) => `Node ${version}`), ...others];
}

/** What the kernel matrix runs, in one go. @param {string} node */
function quickly(node) {
  mkdirSync(join(root, 'reports'), { recursive: true });
  rmSync(quickReport, { force: true });
  const files = Object.values(suites).flat();
  const config = join(root, 'tooling/kernel-matrix/guest/vitest.config.ts');
  const status = vitestRun(node, root, ['--config', config], { SB_SUITES: files.join(':'), SB_REPORT: quickReport });
  return { failures: status === 0 ? 0 : 1, totals: readReports([quickReport]) };
}

/** @type {(node: string, version: string) => { failures: number, totals: import('./totals.mjs').Totals }} */
function packageByPackage(node, version) {
  let failures = 0;
  for (const one of packages) {
    say(`Node ${version}: ${one}`);
    rmSync(join(root, one, 'reports'), { recursive: true, force: true });
    if (vitestRun(node, join(root, one), patient, {}) !== 0) failures++;
  }
  return { failures, totals: readTotals(packages) };
}

/** @type {(node: string, cwd: string, args: readonly string[], variables: Readonly<Record<string, string>>) => number} */
function vitestRun(node, cwd, args, variables) {
  const env = { ...process.env, ...variables, PATH: `${join(node, '..')}:${process.env['PATH'] ?? ''}` };
  return spawnSync(node, [vitest, 'run', ...args], { cwd, env, stdio: 'inherit' }).status ?? 1;
}
