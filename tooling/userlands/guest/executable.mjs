// A single executable file of Node: the packages lie beside it; what is copied into it says so.
// @ts-check
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundlers, copied, place } from './bundlers.mjs';
import { has, run, succeeded } from './checks.mjs';

/** Node's own mark, which says whether there is a program in the file (its documentation has the number). */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const program = `
const { createRequire } = require('node:module');
// Beside the file: inside it only Node's own modules can be required.
const { createSandbox } = createRequire(process.execPath)('@sb/sandbox');
createSandbox({}).selfTest().then(({ passed, report }) => console.log(passed, report.status));
`;

/**
 * Makes an executable of a program in CommonJS.
 *
 * @type {(folder: string, main: string) => Promise<string>}
 */
async function executable(folder, main) {
  const [blob, file, config] = ['blob', 'program', 'sea.json'].map((name) => join(folder, name));
  writeFileSync(config ?? '', JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true }));
  succeeded(await run(process.execPath, ['--experimental-sea-config', config ?? ''], { cwd: folder }));
  copyFileSync(process.execPath, file ?? '');
  const postject = '/sb/tools/node_modules/postject/dist/cli.js';
  const args = [postject, file ?? '', 'NODE_SEA_BLOB', blob ?? '', '--sentinel-fuse', fuse];
  succeeded(await run(process.execPath, args, { cwd: folder }));
  return file ?? '';
}

/** @param {import('./checks.mjs').Checks} tests */
export async function checks(tests) {
  await tests.test('a single executable: works with the packages beside it', async () => {
    const { folder } = place();
    writeFileSync(join(folder, 'main.cjs'), program);
    has(succeeded(await run(await executable(folder, join(folder, 'main.cjs')), [])), 'true full');
  });
  await tests.test('a single executable: says how where they are inside', async () => {
    const at = place();
    const bundle = await bundlers['esbuild, CommonJS']?.(at, false);
    const file = await executable(at.folder, bundle ?? '');
    const said = succeeded(await run(file, []));
    has(said, 'prebuild-missing');
    has(said, copied);
    has(readFileSync(bundle ?? '', 'utf8'), 'createSandbox');
  });
}
