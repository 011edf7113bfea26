/*
 * Makes the code cache of sb-run, with all that a run needs compiled. The owner of the installed program starts this, with the Node
 * that is to run sb-run: node code-cache.js. Another Node ignores the cache.
 */
import { fileURLToPath } from 'node:url';

import { codeCachePath, encodeCodeCache, readProgram, runScript, scriptOf } from '@sb/cli-kit/code-cache';
import { replaceFile } from '@sb/files';

import { endNow } from '../system/end-now.js';
import { complain } from './output.js';

/** Everybody may read it. */
const readable = 0o644;

const program = fileURLToPath(new URL('sb-run-main.cjs', import.meta.url));
const { source } = readProgram(program);
const script = scriptOf(program, source);

// What this run compiles is what the cache has.
process.argv.splice(2, process.argv.length, '--', '/bin/true');
process.once('exit', (status) => {
  if (status === 0) write();
  else complain('the code cache was not made, since sb-run -- /bin/true failed');
  endNow(status);
});
runScript(program, script);

function write(): void {
  replaceFile(codeCachePath(program), encodeCodeCache(source, script.createCachedData()), readable);
}
