// `npm run test:pacman`: builds what is missing, then runs pacman's own test suite through pacman-fetch; arguments are names of
// its tests.
// @ts-check
import { build, setUp } from './setup.mjs';
import { attempt, fail } from './shell.mjs';

if (process.getuid?.() !== 0) fail('Run it as root: each test has its own system root.');
setUp(['test', 'pacman']);
build();
process.exit(attempt(process.execPath, ['tooling/run/pacman-suite/main.mjs', ...process.argv.slice(2)]));
