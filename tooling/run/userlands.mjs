// `npm run test:userlands`: builds what is missing, then tries the packed packages in each user land; arguments go to
// tooling/userlands.
// @ts-check
import { build, installNpmPackages, setUp } from './setup.mjs';
import { attempt, fail } from './shell.mjs';

if (process.platform !== 'linux' || process.arch !== 'x64')
  fail('The releases of Node and of Bun are fetched for Linux on x64 only.');
setUp(['test', 'userlands']);
for (const folder of ['musl', 'tools']) installNpmPackages(`tooling/userlands/${folder}`);
build();
process.exit(attempt(process.execPath, ['tooling/userlands/src/main.mjs', ...process.argv.slice(2)]));
