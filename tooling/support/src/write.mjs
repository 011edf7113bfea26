// `node tooling/support/src/write.mjs`: writes docs/support.md and the README's table; `--check` compares them instead.
// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readSupport, root, saveSupport } from './data.mjs';
import { supportPage } from './page.mjs';
import { readmeWith } from './readme.mjs';

const pages = [
  { file: 'docs/support.md', due: () => supportPage(readSupport()) },
  { file: 'README.md', due: (/** @type {string} */ text) => readmeWith(text, readSupport()) },
];

/** @param {string} file */
const textOf = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');

/** Writes the pages. */
function writePages() {
  for (const { file, due } of pages) writeFileSync(join(root, file), due(textOf(file)));
}

/**
 * Keeps what a whole run showed, in place of what the last one of its kind did, and writes the pages.
 *
 * @param {import('./data.mjs').Support} part
 */
export function keep(part) {
  saveSupport({ ...readSupport(), ...part });
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
