/*
 * Makes the code cache of the worker's program, beside it. The owner of the package starts this, with the Node that is to run
 * workers: node code-cache.js. Another Node ignores the cache. No program is run.
 */
import { fileURLToPath } from 'node:url';

import { codeCachePath } from '@sb/cli-kit/code-cache';
import { wholeCodeCache } from '@sb/cli-kit/whole-code-cache';
import { escaped } from '@sb/core';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

/** Everybody may read it. */
const readable = 0o644;

const usage = 'Usage: node code-cache.js';

const help = `${usage}
Makes the code cache of the worker's program, for the Node that runs this.
Start it as the owner of the package. It takes no argument but --help.
`;

function make(): number {
  const program = fileURLToPath(new URL('worker.cjs', import.meta.url));
  try {
    replaceFile(codeCachePath(program), wholeCodeCache(program), readable);
    return 0;
  } catch (error) {
    if (!isFilesError(error)) throw error;
    process.stderr.write(
      `error: cannot write the code cache: ${filesClause(error)}\nStart this as the owner of the package.\n`,
    );
    return 1;
  }
}

function main(words: readonly string[]): number {
  if (words.length === 0) return make();
  const unknown = words.find((word) => word !== '--help' && word !== '-h');
  if (unknown === undefined) process.stdout.write(help);
  else process.stderr.write(`error: code-cache.js does not know ${escaped(unknown)}\n${usage}\n`);
  return unknown === undefined ? 0 : 2;
}

process.exitCode = main(process.argv.slice(2));
