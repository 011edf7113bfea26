/*
 * Makes the code cache of sb-run, with all that a run needs compiled. The owner of the installed program starts this, with the Node
 * that is to run sb-run: node code-cache.js. Another Node ignores the cache. With --if-possible it ends with 0 if sb-run cannot run
 * on this machine, as in a build for others.
 */
import { fileURLToPath } from 'node:url';

import { codeCachePath, encodeCodeCache, readProgram, runScript, scriptOf } from '@sb/cli-kit/code-cache';
import { filesClause, isFilesError, replaceFile } from '@sb/files';

import { endNow } from '../system/end-now.js';
import { failed } from './exit-status.js';
import { complain } from './output.js';

/** Everybody may read it. */
const readable = 0o644;

const isOptional = process.argv.includes('--if-possible');
const program = fileURLToPath(new URL('sb-run-main.cjs', import.meta.url));
const { source } = readProgram(program);
const script = scriptOf(program, source);

// What this run compiles is what the cache has: also how a program is looked for, beyond a directory that is not there.
process.env['PATH'] = '/nonexistent:/usr/bin:/bin';
process.argv.splice(2, process.argv.length, '--', 'true');
process.once('exit', (status) => {
  if (status !== 0) complain('the code cache was not made, since sb-run -- true failed');
  if (status === 0) endNow(isWritten() ? 0 : failed);
  else endNow(isOptional ? 0 : status);
});
runScript(program, script);

function isWritten(): boolean {
  try {
    replaceFile(codeCachePath(program), encodeCodeCache(source, script.createCachedData()), readable);
    return true;
  } catch (error) {
    if (!isFilesError(error)) throw error;
    complain(`the code cache was not made: ${filesClause(error)}. Start this as the owner of the program.`);
    return false;
  }
}
