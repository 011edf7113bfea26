// `node ../../tooling/run/licences.mjs` in a package that was built: writes the licences of everything that was copied into
// its bundles from other packages to dist/THIRD-PARTY-LICENSES.txt, as those licences ask for.
// @ts-check
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { root } from './shell.mjs';

/** A comment of the bundler, or a source of a source map. */
const mention = /node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g;

/**
 * The packages that bundles hold code of.
 *
 * @param {string} dist a folder
 * @returns {readonly string[]}
 */
export function bundledIn(dist) {
  const files = readdirSync(dist).filter((name) => /\.c?js(?:\.map)?$/.test(name));
  const names = files.flatMap((file) =>
    [...readFileSync(join(dist, file), 'utf8').matchAll(mention)].map(([, name = '']) => name),
  );
  // Packages of this project lie there as links, and are under its own licence.
  return [...new Set(names)].filter((name) => !name.startsWith('@sb/')).toSorted();
}

/**
 * Their licences, one after the other.
 *
 * @param {readonly string[]} names
 * @param {string} [modules] the folder that they are installed in
 * @returns {string}
 * @throws Error where one of them has none: it must not be copied
 */
export function licencesOf(names, modules = join(root, 'node_modules')) {
  const texts = names.map((name) => {
    const folder = join(modules, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (file === undefined) throw new Error(`${name} has no file with its licence (${license})`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `This package holds code of the packages below, under these licences.\n\n${texts.join('\n\n')}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!existsSync('dist')) throw new Error(`${basename(process.cwd())} was not built`);
  writeFileSync(join('dist', 'THIRD-PARTY-LICENSES.txt'), licencesOf(bundledIn('dist')));
}
