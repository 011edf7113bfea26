// `npm test`: sets up what is missing, runs the tests of every package, and says how many there were.
// Arguments go to vitest: `npm test -- --project @sb/caps` runs the tests of one package.
// @ts-check
import { build, setUp } from './setup.mjs';
import { writeLine } from './totals.mjs';
import { runTests } from './vitest.mjs';

if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
  process.stdout.write('npm test [-- ARGUMENTS OF VITEST], for instance "npm test -- --project @sb/caps"\n');
  process.exit(0);
}
setUp(['test']);
build();
const filters = process.argv.slice(2);
const { failed, line } = runTests('tests', filters.length > 0 ? { packages: [], filters } : {});
writeLine(line);
process.stdout.write(`${line}\n`);
process.exit(failed === 0 ? 0 : 1);
