// `node ../../tooling/run/licences.mjs` in a package that was built: writes the licences of everything that was copied into
// its bundles from other packages, or linked into its programs, to dist/THIRD-PARTY-LICENSES.txt, as those licences ask for.
// @ts-check
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { root } from './shell.mjs';

/** The last package in the path of a source. */
const place = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * The packages whose code bundles contain, as their source maps say.
 *
 * @param {string} dist a directory
 * @returns {readonly string[]} their directories: two versions of one package have two
 */
export function bundledIn(dist) {
  const maps = readdirSync(dist).filter((name) => /\.c?js\.map$/.test(name));
  const folders = maps.flatMap((map) => {
    /** @type {{ sources: readonly string[] }} */
    const { sources } = JSON.parse(readFileSync(join(dist, map), 'utf8'));
    return sources.flatMap((source) => place.exec(join(dist, source))?.[0] ?? []);
  });
  // Packages of this project lie there as links, and are under its own licence.
  return [...new Set(folders)].filter((folder) => !folder.includes('/node_modules/@sb/')).toSorted();
}

/**
 * The C libraries that static programs of a package are linked with.
 *
 * @param {string} [folder] of the package
 * @returns {readonly string[]}
 */
export function linkedIn(folder = '.') {
  const file = join(folder, 'Makefile');
  return existsSync(file) && readFileSync(file, 'utf8').includes('/native/static.mk') ? ['musl'] : [];
}

/** Licences of libraries that are not npm packages. @type {Readonly<Record<string, string>>} */
const ofLibraries = { musl: 'packages/native/musl-copyright.txt' };

/**
 * Their licences, one after the other.
 *
 * @param {readonly string[]} folders of npm packages, or names of C libraries
 * @returns {string}
 * @throws Error where one of them has none: it must not be copied
 */
export function licencesOf(folders) {
  const texts = folders.map((folder) => {
    const own = ofLibraries[folder];
    if (own !== undefined) return `${folder} (MIT)\n\n${readFileSync(join(root, own), 'utf8').trim()}\n`;
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (file === undefined) throw new Error(`${name} has no file with its licence (${license})`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `This package holds code of the packages below, under these licences.\n\n${texts.join('\n\n')}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!existsSync('dist')) throw new Error(`${basename(process.cwd())} was not built`);
  writeFileSync(join('dist', 'THIRD-PARTY-LICENSES.txt'), licencesOf([...bundledIn(resolve('dist')), ...linkedIn()]));
}
