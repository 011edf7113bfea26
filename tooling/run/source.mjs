// `node ../../tooling/run/source.mjs` in a package, before it is packed: copies the sources of its native parts to `source`, as
// they lie beside each other here, so that binding.gyp and Makefile find there what they name, and others can build them.
// @ts-check
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

import { root } from './shell.mjs';
import { projectFiles } from './tracked-files.mjs';

const place = process.cwd();
const name = basename(place);
const own = place.slice(root.length);

/** Folders below the top whose sources a build of this package reads. */
const needed = [...new Set([...neededBy('binding.gyp'), ...neededBy('Makefile')])].toSorted();
rmSync('source', { recursive: true, force: true });
for (const file of projectFiles()) {
  const isOwn = [`${own}/binding.gyp`, `${own}/Makefile`].includes(file) || file.startsWith(`${own}/native/`);
  const isNeeded = needed.some((folder) => file.startsWith(`packages/${folder}/`));
  if (!(isOwn || isNeeded) || !/\.(?:c|h|gyp|gypi)$|\/Makefile$/.test(file)) continue;
  // A program of this project's layers is built from theirs; their own addons are theirs to build.
  if (isNeeded && !isOwn && !/\.(?:c|h|gypi)$/.test(file)) continue;
  if (existsSync(join(root, file))) cpSync(join(root, file), join('source', file.replace(/^(?:packages|apps)\//, '')));
}
cpSync(join(root, 'packages/native/build.mjs'), 'source/build.mjs');

/**
 * The folders beside this package that a file of its build names.
 *
 * @param {string} file
 * @returns {readonly string[]}
 */
function neededBy(file) {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/\.\.\/([a-z]+)\//g)].map(([, folder = '']) => folder);
  // `../*/native/*.h`, and what the sources of layers include.
  const shared = text.includes('../native') || named.includes('native') ? ['native'] : [];
  return [
    ...named.filter((folder) => folder !== name).map((folder) => (folder === 'native' ? folder : `${folder}/native`)),
    ...shared,
  ];
}
