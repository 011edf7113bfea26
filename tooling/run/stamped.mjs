// The build of one package, in its folder: `node stamped.mjs TASK COMMAND…` runs the commands in turn, and leaves in
// `.built` of what sources the result is.
// @ts-check
import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { stamped } from './built.mjs';

const [, , task, ...commands] = process.argv;
if (task !== 'build' && task !== 'build:native') throw new Error(`unknown task ${task}`);
const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
try {
  stamped({ name, task }, () => {
    for (const command of commands) execSync(command, { stdio: 'inherit' });
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
