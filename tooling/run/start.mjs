// `npm start`: sets up and builds what is missing, then shows the main job.
// @ts-check
import { build, setUp } from './setup.mjs';
import { run } from './shell.mjs';

setUp([]);
build();
run(process.execPath, ['apps/pacman-fetch/dist/demo.js']);
