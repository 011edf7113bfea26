// `npm run test:kernels`: boots each kernel, runs the tests that ask it, and prints one table.
// @ts-check
import { acceleratorFor } from './accelerator.mjs';
import { reportFile, reportName, runGuest } from './guest.mjs';
import { imageOf } from './image.mjs';
import { smokeRun, testRun } from './jobs.mjs';
import { kernels } from './kernels.mjs';
import { optionsOf, usage } from './options.mjs';
import { requirePrograms } from './programs.mjs';
import { thisRun } from '../../support/src/data.mjs';
import { kernelTable } from '../../support/src/table.mjs';
import { keepLog, keepTotal, keepWhole } from './record.mjs';
import { transformed } from './modules.mjs';
import { resultsByLayer } from './results.mjs';
import { MatrixError } from './shell.mjs';
import { suites } from './suites.mjs';
import { inTurn } from './turns.mjs';

/** By how much longer tests may wait in a guest, which has only two processors of the host. */
const patience = 4;

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {ReturnType<typeof optionsOf>} options
 * @param {string} modules directory of what vitest has transformed
 * @returns {Promise<import('./record.mjs').Row>}
 */
async function testKernel(kernel, { refresh, files, minutes, thorough }, modules) {
  const image = imageOf(kernel, { refresh });
  const accelerator = acceleratorFor(kernel.arch, image.file);
  say(`» ${kernel.name} ${kernel.arch}: ${image.version}, ${accelerator}`);
  const job = kernel.arch === 'x64' ? testRun(files) : smokeRun();
  const guest = await runGuest({
    kernel,
    image,
    accelerator,
    minutes,
    ...job,
    env: {
      ...job.env,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      SB_MUST_ENFORCE: '1',
      SB_EXPECT_LANDLOCK: String(kernel.landlock),
      SB_EXPECT_MODULES: String(image.hasModules),
      SB_PATIENCE: String(patience),
      SB_MODULES: modules,
      SB_REPORT: reportFile,
      SB_WORKERS: accelerator === 'tcg' ? '1' : '2',
    },
  });
  const report = guest.files.get(reportName);
  const results = resultsByLayer(report, job.files, kernel.landlock);
  const log = keepLog(kernel, guest);
  if (guest.failure !== undefined || report === undefined) {
    say(`${guest.failure ?? 'no report'}; see ${log}\n${tail(guest.serial)}\n${tail(guest.log)}`);
  }
  for (const [layer, { problems }] of Object.entries(results)) {
    for (const problem of problems) say(`${kernel.name} ${layer}: ${problem}`);
  }
  say(`» ${kernel.name} ${kernel.arch}: done after ${guest.seconds} s`);
  return rowOf(kernel, { thorough, accelerator, version: image.version, failure: guest.failure, results });
}

/**
 * A kernel that could not be fetched or started is one that failed, and no reason to stop.
 *
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {ReturnType<typeof optionsOf>} options
 * @param {unknown} error
 * @returns {import('./record.mjs').Row}
 */
function notTested(kernel, { files, thorough }, error) {
  if (!(error instanceof MatrixError)) throw error;
  say(`${kernel.name} ${kernel.arch}: ${error.message}`);
  const layers = resultsByLayer(undefined, files, kernel.landlock);
  return rowOf(kernel, { thorough, accelerator: 'tcg', version: '', failure: error.message, results: layers });
}

/**
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {object} outcome
 * @param {boolean} outcome.thorough
 * @param {import('./machine.mjs').Accelerator} outcome.accelerator
 * @param {string} outcome.version
 * @param {string | undefined} outcome.failure
 * @param {Readonly<Record<string, import('./results.mjs').LayerResult>>} outcome.results
 * @returns {import('./record.mjs').Row}
 */
function rowOf({ name, arch, landlock }, { failure, results, ...outcome }) {
  const layers = Object.entries(results).map(([layer, { problems, ...rest }]) => [
    layer,
    { ...rest, failed: problems.length },
  ]);
  const why = failure === undefined ? {} : { failure };
  return { kernel: name, arch, landlock, ...outcome, ...why, layers: Object.fromEntries(layers) };
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
  const run = thisRun();
  const modules = transformed(testRun(options.files));
  const rows = await inTurn(options.kernels, options.jobs, async (kernel) => {
    const row = await testKernel(kernel, options, modules.folder).catch((/** @type {unknown} */ error) =>
      notTested(kernel, options, error),
    );
    say(kernelTable([row], options.layers));
    if (options.isWhole) keepWhole(row, run);
    return row;
  }).finally(() => modules.remove());
  say(`\n${kernelTable(rows, options.layers)}\n${keepTotal(rows)}`);
  say(options.isWhole ? 'kept in docs/support.json' : 'not kept: --quick, or only some tests');
  const bad = rows.filter(
    ({ failure, layers }) => failure !== undefined || Object.values(layers).some(({ state }) => state === 'failed'),
  );
  say(
    bad.length === 0
      ? `${rows.length} kernels, none failed`
      : `failed on: ${bad.map(({ kernel, arch }) => `${kernel} ${arch}`).join(', ')}`,
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
