/*
 * Makes the code cache of the worker's program, beside it. The owner of the package starts this, with the Node that is to run
 * workers: node code-cache.js. Another Node ignores the cache. No program is run.
 */
import { fileURLToPath } from 'node:url';

import { codeCachePath } from '@sb/cli-kit/code-cache';
import { wholeCodeCache } from '@sb/cli-kit/whole-code-cache';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

/** Everybody may read it. */
const readable = 0o644;

const program = fileURLToPath(new URL('worker.cjs', import.meta.url));
try {
  replaceFile(codeCachePath(program), wholeCodeCache(program), readable);
} catch (error) {
  if (!isFilesError(error)) throw error;
  process.stderr.write(
    `error: cannot write the code cache: ${filesClause(error)}\nStart this as the owner of the package.\n`,
  );
  process.exitCode = 1;
}
