// `npm run test:kernels`: boots each kernel, runs the tests that ask it, and prints one table.
// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { acceleratorFor } from './accelerator.mjs';
import { reportFile, runGuest } from './guest.mjs';
import { imageOf } from './image.mjs';
import { kernels } from './kernels.mjs';
import { optionsOf, usage } from './options.mjs';
import { requirePrograms } from './programs.mjs';
import { resultsByLayer } from './results.mjs';
import { MatrixError } from './shell.mjs';
import { suites } from './suites.mjs';
import { tableOf } from './table.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Emulation is about ten times slower than a real machine, and the machine that emulates may be busy. */
const patience = { kvm: 4, tcg: 30 };

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {ReturnType<typeof optionsOf>} options
 * @returns {Promise<import('./table.mjs').Row>}
 */
async function testKernel(kernel, { refresh, layers, minutes, only }) {
  const image = imageOf(kernel, { refresh });
  const accelerator = acceleratorFor(kernel.arch, image.file);
  say(`» ${kernel.name} ${kernel.arch}: ${image.version}, ${accelerator}`);
  const chosen = Object.fromEntries(
    layers.map((layer) => [layer, (suites[layer] ?? []).filter((file) => file.includes(only))]),
  );
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const config = `${root}tooling/kernel-matrix/guest/vitest.config.ts`;
  const guest = await runGuest({
    kernel,
    image,
    accelerator,
    minutes,
    folder: root,
    command: [process.execPath, vitest, 'run', '--configLoader', 'runner', '--config', config],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      SB_MUST_ENFORCE: '1',
      SB_EXPECT_LANDLOCK: String(kernel.landlock),
      SB_PATIENCE: String(patience[accelerator]),
      SB_SUITES: Object.values(chosen).flat().join(':'),
      SB_REPORT: reportFile,
    },
  });
  const results = resultsByLayer(guest.report, chosen, kernel.landlock);
  const log = keepLog(kernel, guest);
  if (guest.failure !== undefined || guest.report === undefined) {
    say(`${guest.failure ?? 'no report'}; see ${log}\n${tail(guest.serial)}\n${tail(guest.log)}`);
  }
  for (const [layer, { problems }] of Object.entries(results)) {
    for (const problem of problems) say(`${kernel.name} ${layer}: ${problem}`);
  }
  return {
    kernel,
    accelerator,
    version: image.version,
    seconds: guest.seconds,
    failure: guest.failure,
    layers: results,
  };
}

/**
 * Keeps what a guest wrote, for whoever looks for the cause of a failure.
 *
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {import('./guest.mjs').GuestResult} guest
 */
function keepLog({ name, arch }, { serial, log }) {
  const folder = join(root, 'reports/kernels');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replaceAll(' ', '-')}-${arch}.log`);
  writeFileSync(file, `${serial}\n${log}`);
  return file;
}

/** @param {string} text */
function tail(text) {
  return text.split('\n').slice(-40).join('\n');
}

async function main() {
  const options = optionsOf(process.argv.slice(2));
  if (options.help || options.list) {
    const names = kernels.map(({ name, arch, quick }) => `  ${name} (${arch}${quick ? ', quick' : ''})`);
    say(options.help ? usage : [...names, ...Object.keys(suites).map((layer) => `  layer ${layer}`)].join('\n'));
    return;
  }
  requirePrograms(options.kernels);
  const rows = [];
  for (const kernel of options.kernels) {
    const row = await testKernel(kernel, options);
    rows.push(row);
    say(`${tableOf([row], options.layers)}\n${row.seconds} s, ${row.accelerator}`);
  }
  say(`\n${tableOf(rows, options.layers)}`);
  const bad = rows.filter(
    ({ failure, layers }) => failure !== undefined || Object.values(layers).some(({ state }) => state === 'failed'),
  );
  say(
    bad.length === 0
      ? `${rows.length} kernels, none failed`
      : `failed on: ${bad.map(({ kernel }) => kernel.name).join(', ')}`,
  );
  process.exitCode = bad.length === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof MatrixError) && /** @type {any} */ (error)?.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    throw error;
  process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 1;
}
