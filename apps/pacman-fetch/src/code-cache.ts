/*
 * Makes the code caches of the programs whose start is waited for, beside them. The owner of the installed program starts this, with the
 * Node that is to run them: node code-cache.js. Another Node ignores the caches. No program is run.
 * With --own those of other packages stay as they are.
 */
import { fileURLToPath } from 'node:url';

import { codeCachePath } from '@sb/cli-kit/code-cache';
import { wholeCodeCache } from '@sb/cli-kit/whole-code-cache';
import { errorCode, systemReason } from '@sb/core';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

import { exitStatus } from './errors.js';
import { printMessage } from './ui/print-message.js';

/** Everybody may read it. */
const readable = 0o644;

/** Reports whether it was made. */
function make(program: string): boolean {
  const cache = codeCachePath(program);
  try {
    replaceFile(cache, wholeCodeCache(program), readable);
    return true;
  } catch (error) {
    const [reason, hint] = isFilesError(error)
      ? [filesClause(error), 'Start this as the owner of the program.']
      : refusal(error);
    printMessage('error', { text: `cannot write the code cache ${cache}: ${reason}`, hint });
    return false;
  }
}

/** What the system refused, and what to do. @throws the error if it is another one */
function refusal(error: unknown): readonly [reason: string, hint: string] {
  if (errorCode(error) === undefined) throw error;
  const { path } = error as NodeJS.ErrnoException;
  // A cache is for one file of Node, which only /proc shows.
  if (path === '/proc/self/exe') return ['/proc is not mounted', 'Run "mount -t proc proc /proc".'];
  return [systemReason(error), 'Without it, a start takes longer, and nothing else is different.'];
}

const usage = 'Usage: node code-cache.js [--own]';

const help = `${usage}
Makes the code caches of pacman-fetch, and that of the worker in @sb/fetcher, for
the Node that runs this. Start it as the owner of the installed program.

  --own       leave the cache of the worker as it is
  -h, --help  show this help

Exit status: 0 done, 1 a cache could not be written, 2 usage.
`;

const own = ['cli-main.cjs', 'batch-main.cjs', 'serve-main.cjs'].map((name) => new URL(name, import.meta.url));
// The process that a batch starts is of another package.
const others = (): readonly URL[] => [new URL('worker.cjs', import.meta.resolve('@sb/fetcher'))];

function main(words: readonly string[]): number {
  const unknown = words.find((word) => !['--own', '--help', '-h'].includes(word));
  if (unknown !== undefined) {
    printMessage('error', { text: `code-cache.js does not know ${unknown}`, hint: usage });
    return exitStatus.usage;
  }
  if (words.some((word) => word !== '--own')) {
    process.stdout.write(help);
    return exitStatus.done;
  }
  const programs = [...own, ...(words.length > 0 ? [] : others())].map((url) => fileURLToPath(url));
  return programs.every(make) ? exitStatus.done : 1;
}

process.exitCode = main(process.argv.slice(2));
