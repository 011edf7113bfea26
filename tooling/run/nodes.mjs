// `npm run test:nodes`: every test of every package, run by each Node release of tooling/node-matrix/nodes.
// `-- --quick` runs the oldest and the newest only; `-- --node node22` and `-- --package packages/core` choose.
// @ts-check
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { build, setUp } from './setup.mjs';
import { fail, root, say } from './shell.mjs';
import { readTotals, testedPackages } from './totals.mjs';

if (process.platform !== 'linux' || process.arch !== 'x64')
  fail('The releases of Node are fetched for Linux on x64 only.');
setUp(['test']);
build();

const nodes = join(root, 'tooling/node-matrix/nodes');
const { dependencies } = JSON.parse(readFileSync(join(nodes, 'package.json'), 'utf8'));
const all = Object.keys(dependencies);
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
// Tests start programs as users who can't enter every folder that a clone may lie in.
const folder = mkdtempSync(join(tmpdir(), 'sb-nodes-'));
chmodSync(folder, 0o755);
let failures = 0;
try {
  const results = chosen.map((alias) => [alias, testWith(alias)]);
  for (const [alias, line] of results) say(`${alias}: ${line}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

/**
 * @param {string} alias of a release
 * @returns {string} what came of it, in one line
 */
function testWith(alias) {
  const node = join(folder, alias, 'node');
  mkdirSync(join(folder, alias));
  copyFileSync(join(nodes, 'node_modules', alias, 'bin/node'), node);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  for (const one of packages) {
    say(`${version}: ${one}`);
    rmSync(join(root, one, 'reports'), { recursive: true, force: true });
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const env = { ...process.env, PATH: `${join(folder, alias)}:${process.env['PATH'] ?? ''}` };
    const { status } = spawnSync(node, [vitest, 'run'], { cwd: join(root, one), env, stdio: 'inherit' });
    // The report has the details; a runner that failed and reported nothing wrong is one failure more.
    if (status !== 0) failures++;
  }
  const totals = readTotals(packages);
  for (const problem of totals.problems) say(problem);
  failures += totals.failed;
  return `${version}, ${totals.line}`;
}
