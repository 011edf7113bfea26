// What must be in each tarball, and what must not.
// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { limitsOf } from './limits.mjs';

/** @typedef {import('./pack.mjs').Tarball} Tarball */

/** In every tarball. */
const everywhere = ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', 'dist/sbom.cdx.json'];

/** Only of use in the tree: sources of tests, and what builds leave behind. */
const unwanted = /(?:^|\/)(?:node_modules|test|tests|reports|build|\.[^/]+)\/|\.(?:test\.\w+|tsbuildinfo|o|tgz)$/;

/** glibc's own name in a program that it was linked into: its licence asks for more than a notice (decision 20). */
const glibc = Buffer.from('GNU C Library');

/**
 * What is wrong with a tarball.
 *
 * @param {Tarball} tarball
 * @param {string} folder where it was unpacked
 * @param {readonly string[]} [processors] that it must have native parts for. Default: this machine's
 * @returns {readonly string[]}
 */
export function problemsIn({ name, size, unpackedSize, files }, folder, processors = [process.arch]) {
  const paths = files.map(({ path }) => path);
  const [packed, unpacked] = limitsOf(name, paths);
  return [
    ...everywhere.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...nativeProblems(paths, folder, processors),
    ...paths.filter((path) => unwanted.test(path)).map((path) => `${path} is of no use to a user`),
    ...(size > packed * 1000 ? [`has ${size} bytes, over ${packed} kB`] : []),
    ...(unpackedSize > unpacked * 1000 ? [`unpacks to ${unpackedSize} bytes, over ${unpacked} kB`] : []),
    ...twice(paths, folder),
    ...licenceProblems(paths, folder),
    ...paths.flatMap((path) => programProblems(path, folder)),
    ...files
      .filter(({ path, mode }) => (mode & 0o022) !== 0 || (isProgram(path) && (mode & 0o111) === 0))
      .map(({ path, mode }) => `${path} has the mode ${mode.toString(8)}`),
  ];
}

/** A package that builds native parts has their sources, and the same parts for each processor. @type {(paths: readonly string[], folder: string, processors: readonly string[]) => readonly string[]} */
function nativeProblems(paths, folder, processors) {
  if (!paths.includes('package.json')) return [];
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (scripts['build:native'] === undefined) return [];
  const unbuildable = paths.includes('source/build.mjs') ? [] : ['source/build.mjs is missing'];
  const places = processors.map((processor) => `prebuilds/${process.platform}-${processor}/`);
  const partsIn = (/** @type {string} */ place) =>
    paths.filter((path) => path.startsWith(place)).map((path) => path.slice(place.length));
  const parts = new Set(places.flatMap(partsIn));
  const absent = places.flatMap((place) => {
    const own = partsIn(place);
    if (own.length === 0) return [`${place} is missing`];
    return [...parts].filter((part) => !own.includes(part)).map((part) => `${place}${part} is missing`);
  });
  return [...unbuildable, ...absent];
}

/**
 * What may not be said by a tarball that is about to be published: until then a README warns of the name in the registry,
 * which may be somebody else's.
 *
 * @param {Tarball} tarball
 * @param {string} folder where it was unpacked
 * @returns {readonly string[]}
 */
export function untrueOncePublished({ files }, folder) {
  return files
    .map(({ path }) => path)
    .filter(
      (path) => path.endsWith('.md') && /\bnot\s+published\s+yet\b/.test(readFileSync(join(folder, path), 'utf8')),
    )
    .map((path) => `${path} says that it is not published yet`);
}

/** A file of some size that is there twice under two names. @type {(paths: readonly string[], folder: string) => readonly string[]} */
function twice(paths, folder) {
  /** @type {Map<string, string>} */
  const seen = new Map();
  return paths.flatMap((path) => {
    const bytes = readFileSync(join(folder, path));
    if (bytes.length < 4096) return [];
    const sum = createHash('sha256').update(bytes).digest('hex');
    const other = seen.get(sum);
    seen.set(sum, path);
    return other === undefined ? [] : [`${path} is ${other} once more`];
  });
}

/** What was copied or linked into it is named by the bill of materials, and its licence goes with it. @type {(paths: readonly string[], folder: string) => readonly string[]} */
function licenceProblems(paths, folder) {
  if (!paths.includes('dist/sbom.cdx.json')) return [];
  const { components = [] } = JSON.parse(readFileSync(join(folder, 'dist/sbom.cdx.json'), 'utf8'));
  const foreign = components
    .map((/** @type {{ name: string }} */ { name }) => name)
    .filter((/** @type {string} */ name) => !name.startsWith('@sb/'));
  const file = 'dist/THIRD-PARTY-LICENSES.txt';
  const text = paths.includes(file) ? readFileSync(join(folder, file), 'utf8') : '';
  return foreign
    .filter((/** @type {string} */ name) => !text.includes(`\n${name} `))
    .map((/** @type {string} */ name) => `${file} has no licence of ${name}`);
}

/** @param {string} path */
function isProgram(path) {
  return /^prebuilds\/[^/]+\/[^./]+$/.test(path);
}

/** @type {(path: string, folder: string) => readonly string[]} */
function programProblems(path, folder) {
  if (!path.startsWith('prebuilds/')) return [];
  return readFileSync(join(folder, path)).includes(glibc) ? [`${path} has glibc in it; link it with musl`] : [];
}
