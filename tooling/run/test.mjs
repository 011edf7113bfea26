// `npm test`: sets up what is missing, runs every test of every package, and says how many there were.
// @ts-check
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { build, runTask, setUp } from './setup.mjs';
import { root } from './shell.mjs';
import { readTotals, testedPackages, writeTotals } from './totals.mjs';

// A total of an earlier run must not stand for this one.
rmSync(join(root, 'reports'), { recursive: true, force: true });
setUp(['test']);
build();
const packages = testedPackages();
for (const folder of packages) rmSync(join(root, folder, 'reports'), { recursive: true, force: true });
// One package at a time: their tests share two cores, ports and the machine's pacman.
const status = runTask('test', ['--concurrency=1', '--continue', '--log-order=stream']);
const totals = readTotals(packages);
for (const problem of totals.problems) process.stdout.write(`${problem}\n`);
writeTotals(totals);
process.stdout.write(`${totals.line}\n`);
process.exit(status === 0 && totals.failed === 0 ? 0 : 1);
