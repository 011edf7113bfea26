// What is denied, is denied here: the sandbox's own attempts from inside, and as root each layer by itself.
// @ts-check
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { has, run, succeeded } from './checks.mjs';
import { runWithoutRings } from './without-rings.mjs';

const folder = import.meta.dirname;
const isRoot = process.getuid?.() === 0;
const env = { PATH: '/usr/bin:/bin', HOME: '/tmp' };

/** What an ordinary user can't have is taken back, so that the rest has to be whole. */
const whole = isRoot ? ['--user', 'nobody'] : ['--off', 'caps.bounding', '--off', 'caps.securebits'];

/** @type {(tests: import('./checks.mjs').Checks, isNode: boolean) => Promise<void>} */
export async function checks(tests, isNode) {
  if (isNode) {
    await tests.test('sb-run --self-test: full', async () => {
      const program = join(folder, 'node_modules/.bin/sb-run');
      const ended = await run(process.execPath, [program, ...whole, '--self-test'], { env });
      // A failure shows the end of what was said: what did not pass is there.
      const [notPassed, passed] = [false, true].map((due) =>
        ended.stdout.split('\n').filter((line) => line.startsWith('passed') === due),
      );
      has(succeeded({ ...ended, stdout: [...(passed ?? []), ...(notPassed ?? [])].join('\n') }), '; in force: full\n');
    });
  }
  if (isRoot) await smoke(tests, isNode);
}

/**
 * The tests that the kernel matrix runs on a processor without a test runner, with the packages that are installed.
 *
 * @type {typeof checks}
 */
async function smoke(tests, isNode) {
  for (const name of ['smoke.mjs', 'alone.mjs']) cpSync(join('/sb/smoke', name), join(folder, name));
  const report = '/tmp/smoke.json';
  const deno = ['run', '--allow-all', '--no-lock', '--cached-only', '--node-modules-dir=manual'];
  const first = process.versions['deno'] === undefined ? [] : deno;
  // A process that restricts itself is Node's: another runtime's threads are its own.
  const args = [...first, join(folder, 'smoke.mjs'), ...(isNode ? [] : ['--launcher-only'])];
  const program = join(folder, 'node_modules/pacman-fetch/dist/cli.cjs');
  const variables = { ...env, SB_REPORT: report, SB_PACMAN_FETCH: program };
  const ended = isNode
    ? await runWithoutRings(args, { env: variables })
    : await run(process.execPath, args, { env: variables });
  await tests.test('the tests of every layer came to their end', () => {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const { name, assertionResults } of testResults) {
      for (const test of assertionResults) tests.add({ ...test, fullName: `${name}: ${test.fullName}` });
    }
    succeeded(ended);
  });
}
