// `npm run test:userlands`: installs the packed packages in each user land, tries them there, and prints one table.
// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { crossBuild } from '../../kernel-matrix/src/foreign.mjs';
import { MatrixError } from '../../kernel-matrix/src/shell.mjs';
import { inTurn } from '../../kernel-matrix/src/turns.mjs';
import { thisRun } from '../../support/src/data.mjs';
import { userlandTable } from '../../support/src/userlands.mjs';
import { lands } from './lands.mjs';
import { optionsOf, usage } from './options.mjs';
import { packAll } from './packed.mjs';
import { keepTotal, keepWhole } from './record.mjs';
import { rootOf } from './roots.mjs';
import { runtimeNamed, runtimes } from './runtimes.mjs';
import { libcOf, tryRuntime } from './trial.mjs';

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/** @type {readonly string[]} */
let failed = [];

/**
 * @param {import('./options.mjs').Choice} choice
 * @param {{ refresh: boolean, tarballs: string }} options
 * @returns {Promise<import('./record.mjs').Row>}
 */
async function testLand({ land, ids }, { refresh, tarballs }) {
  const chosen = ids.map(runtimeNamed);
  try {
    const root = rootOf(land, { refresh, say });
    // An emulated machine has one processor of this one; others use this one's own.
    const results = await inTurn(chosen, land.arch === undefined ? 1 : 2, async (runtime) => {
      say(`» ${land.name}: ${runtime.name}`);
      const { problems, ...result } = await tryRuntime({ land, root, runtime, tarballs });
      for (const problem of problems) say(`${land.name}, ${runtime.name}: ${problem}`);
      failed = [...failed, ...problems.map((one) => `${land.name}, ${runtime.name}: ${one.split('\n')[0]}`)];
      say(`» ${land.name}: ${runtime.name}: ${result.passed} passed, ${result.failed} failed, ${result.seconds} s`);
      const { seconds: _, ...kept } = result;
      return kept;
    });
    return { land: land.name, libc: libcOf(root), results };
  } catch (error) {
    // One that could not be made is one that failed, and no reason to stop.
    if (!(error instanceof MatrixError)) throw error;
    say(`${land.name}: ${error.message}`);
    failed = [...failed, `${land.name}: ${error.message.split('\n')[0]}`];
    const results = chosen.map(({ name }) => ({ runtime: name, passed: 0, failed: 1 }));
    return { land: land.name, libc: '', failure: error.message.split('\n')[0] ?? '', results };
  }
}

async function main() {
  const options = optionsOf(process.argv.slice(2));
  if (options.help || options.list) {
    const ofLand = lands.map(({ name, about, runtimes: ids }) => `  ${name} (${about}): ${ids.join(', ')}`);
    say(options.help ? usage : [...ofLand, ...runtimes.map(({ id, name }) => `  ${id}: ${name}`)].join('\n'));
    return;
  }
  if (process.getuid?.() !== 0) throw new MatrixError('Only root can enter a user land. Run it as root.');
  const run = thisRun();
  const folder = mkdtempSync(join(tmpdir(), 'sb-packed-'));
  try {
    if (options.choices.some(({ land }) => land.arch === 'arm64')) {
      say('» building for arm64');
      crossBuild();
    }
    say('» packing');
    packAll(folder);
    /** @type {import('./record.mjs').Row[]} */
    const rows = [];
    for (const choice of options.choices) {
      const row = await testLand(choice, { refresh: options.refresh, tarballs: folder });
      if (options.isWhole) keepWhole(row, run);
      rows.push(row);
    }
    say(`\n${userlandTable(rows)}`);
    say(options.isWhole ? 'kept in docs/support.json' : 'not kept: --quick, or only some runtimes');
    say(keepTotal(rows, failed));
    process.exitCode = failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof MatrixError) && /** @type {any} */ (error)?.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    throw error;
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
