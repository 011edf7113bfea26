// `npm run test:long`: what takes long. Ten thousand starts, many random policies and files, hundreds of downloads, each of
// which `npm test` tries with fewer cases; and the tests of the tests, which take one line after the other away.
// With --quick without whole matrices: those are for releases.
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { build, setUp } from './setup.mjs';
import { root } from './shell.mjs';
import { writePart } from './totals.mjs';
import { runTests } from './vitest.mjs';

/**
 * What builds the package from sources, and whole matrices, of which `npm test` tries some of each row and column. What is left takes
 * lines away, tries at random, and starts ten thousand sandboxes.
 */
const forReleases = [
  'test/{arch,cli,commands,doctor,environments,interruption,neighbour,packaging,sync}/**',
  'test/{bad-mirrors,connection,download,start,tools}.test.ts',
  'test/enforcement/{denials-races,gives-way,limits-of-node,nesting,restrict-self}.test.ts',
  'test/front-door/{life,pacman}.test.ts',
  'test/pacman/{pacman,transactions}.test.ts',
  'test/property/pairs.test.ts',
];

setUp(['test']);
build();
const words = process.argv.slice(2);
const filters = words.filter((word) => word !== '--quick');
const left = words.includes('--quick') ? forReleases.flatMap((files) => ['--exclude', files]) : [];
/**
 * The soak is one test: everything that it asks for holds, or not. It downloads beside the others, and has time for that.
 *
 * @returns {Promise<boolean>}
 */
async function soaks() {
  const args = ['run', '--silent', 'test:soak', '-w', '@sb/fetcher', '--', '--quick', '--minutes', '10'];
  const [status] = await once(spawn('npm', args, { cwd: root, stdio: 'inherit' }), 'close');
  return status === 0;
}
const soak = filters.length > 0 ? undefined : soaks();
const tests = runTests('long', { env: { SB_LONG: '1' }, packages: [], filters: [...filters, ...left] });
const [passed, failed] = soak === undefined ? [0, 0] : (await soak) ? [1, 0] : [0, 1];
const sum = { passed: tests.passed + passed, failed: tests.failed + failed };
writePart('long', { ...sum, names: tests.names, alone: tests.alone });
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);
