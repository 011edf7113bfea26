// `npm run format`: rewrites every file in the project's style.
// @ts-check
import { setUp } from './setup.mjs';
import { run } from './shell.mjs';
import { cFiles } from './tracked-files.mjs';

setUp(['check']);
run('npx', ['--no-install', 'oxfmt']);
run('clang-format', ['-i', ...cFiles()]);
