// `npm run test:long`: what takes long. Ten thousand starts, many random policies and files, hundreds of downloads, each of
// which `npm test` tries with fewer cases; and the tests of the tests, which take one line after the other away.
// @ts-check
import { build, setUp } from './setup.mjs';
import { attempt } from './shell.mjs';
import { writePart } from './totals.mjs';
import { runTests } from './vitest.mjs';

setUp(['test']);
build();
const filters = process.argv.slice(2);
const tests = runTests('long', { env: { SB_LONG: '1' }, packages: [], filters });
/** The soak is one test: everything that it asks for holds, or not. */
const soaks = () => attempt('npm', ['run', '--silent', 'test:soak', '-w', '@sb/fetcher', '--', '--quick']) === 0;
const [passed, failed] = filters.length > 0 ? [0, 0] : soaks() ? [1, 0] : [0, 1];
const sum = { passed: tests.passed + passed, failed: tests.failed + failed };
writePart('long', { ...sum, names: tests.names, alone: tests.alone });
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);
