// `npm start`: sets up and builds what is missing, then shows the main job.
// @ts-check
import { build, setUp } from './setup.mjs';
import { run } from './shell.mjs';

// Only root can install pacman, and only root can upgrade a system by it.
setUp(process.getuid?.() === 0 ? ['start'] : []);
build();
run(process.execPath, ['apps/pacman-fetch/dist/demo.js']);
