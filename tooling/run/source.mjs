// `node ../../tooling/run/source.mjs` in a package, before it is packed: copies the sources of its native parts to `source`, as
// they lie beside each other here, so that binding.gyp and Makefile find there what they name, and others can build them.
// An argument is the directory that has `source` in it. Default: the package's own.
// @ts-check
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

import { root } from './shell.mjs';
import { projectFiles } from './tracked-files.mjs';

const name = basename(process.cwd());
const own = relative(root, process.cwd());

/** What says how the package's native parts are built. */
const recipes = ['binding.gyp', 'Makefile'].filter((file) => existsSync(file));

/** The packages beside this one that a recipe names: `../native/sb_js.c`, `../caps/native/caps.c`. */
const others = recipes
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\.\.\/([a-z]+)\//g)].map(([, other = '']) => other))
  .filter((other) => other !== name);

/** @type {(file: string) => boolean} */
function isNeeded(file) {
  if (recipes.some((recipe) => file === `${own}/${recipe}`)) return true;
  const isSource = /\.(?:c|h|gypi|mk)$/.test(file);
  // Each package's sources are in `native`, but for those that all share.
  const folders = [
    `${own}/native/`,
    ...others.map((other) => `packages/${other}/${other === 'native' ? '' : 'native/'}`),
  ];
  return isSource && folders.some((folder) => file.startsWith(folder));
}

const target = join(process.argv[2] ?? '.', 'source');
rmSync(target, { recursive: true, force: true });
for (const file of projectFiles().filter(isNeeded)) {
  cpSync(join(root, file), join(target, file.slice(file.indexOf('/') + 1)));
}
cpSync(join(root, 'packages/native/build.mjs'), join(target, 'build.mjs'));
