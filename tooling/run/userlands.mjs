// `npm run test:userlands`: builds what is missing, then tries the packed packages in each user land; arguments go to
// tooling/userlands.
// @ts-check
import { build, installNpmPackages, setUp } from './setup.mjs';
import { attempt, fail } from './shell.mjs';

if (process.platform !== 'linux' || process.arch !== 'x64')
  fail('The releases of Node and of Bun are fetched for Linux on x64 only.');
const args = process.argv.slice(2);
// What every change is tested in is of this processor.
const hasGuest = !args.includes('--quick');
setUp(['test', 'userlands', ...(hasGuest ? /** @type {const} */ (['kernels', 'arm64', 'arm64-machine']) : [])]);
for (const folder of ['musl', 'tools']) installNpmPackages(`tooling/userlands/${folder}`);
// npm takes what is of another processor only by force.
if (hasGuest) installNpmPackages('tooling/userlands/arm64', ['--force', '--os=linux', '--cpu=arm64']);
build();
process.exit(attempt(process.execPath, ['tooling/userlands/src/main.mjs', ...args]));
