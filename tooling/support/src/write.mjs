// `node tooling/support/src/write.mjs`: writes docs/support.md and the README's table; `--check` compares them instead.
// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readSupport, root, saveSupport, withRow } from './data.mjs';
import { supportPage } from './page.mjs';
import { readmeWith } from './readme.mjs';

const pages = [
  { file: 'docs/support.md', due: () => supportPage(readSupport()) },
  { file: 'README.md', due: (/** @type {string} */ text) => readmeWith(text, readSupport()) },
];

/** What a row is the result of. */
const namesOf = {
  kernels: (/** @type {any} */ { kernel, arch }) => `${kernel} ${arch}`,
  runtimes: (/** @type {any} */ { name, version }) => `${name} ${version}`,
  userlands: (/** @type {any} */ { land }) => land,
  builds: (/** @type {any} */ { target }) => target,
};

/** @param {string} file */
const textOf = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');

/** Writes the pages. */
function writePages() {
  for (const { file, due } of pages) writeFileSync(join(root, file), due(textOf(file)));
}

/**
 * Keeps what a whole run on something showed, in place of what the last one on the same showed, and writes the pages.
 *
 * @template {'kernels' | 'runtimes' | 'userlands' | 'builds'} Part
 * @param {Part} part
 * @param {import('./data.mjs').Support[Part][number]} row
 * @param {readonly string[]} order names of all that there are, as `nameOf` has them
 */
export function keep(part, row, order) {
  const support = readSupport();
  const rows = withRow(/** @type {readonly any[]} */ (support[part]), row, { nameOf: namesOf[part], order });
  saveSupport({ ...support, [part]: rows });
  writePages();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const wrong = pages.filter(({ file, due }) => due(textOf(file)) !== textOf(file)).map(({ file }) => file);
    if (wrong.length > 0) {
      process.stderr.write(
        `${wrong.join(', ')}: not what docs/support.json says; node tooling/support/src/write.mjs\n`,
      );
    }
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } else {
    writePages();
  }
}
