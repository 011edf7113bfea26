/*
 * Makes the code cache of sb-run, with all that a run needs compiled. The owner of the installed program starts this, with the Node
 * that is to run sb-run: node code-cache.js. Another Node ignores the cache. With --if-possible it ends with 0 if sb-run cannot run
 * on this machine, as in a build for others.
 */
import { fileURLToPath } from 'node:url';

import { codeCachePath, encodeCodeCache, readProgram, runScript, scriptOf } from '@sb/cli-kit/code-cache';
import { filesClause, isFilesError, isRoot, replaceFile } from '@sb/files';
import { lookupUser } from '@sb/privdrop';

import { endNow } from '../system/end-now.js';
import { failed } from './exit-status.js';
import { complain, print } from './output.js';

/** Nearly every machine has it. */
const user = 'nobody';

/** Everybody may read it. */
const readable = 0o644;

const usage = 'Usage: node code-cache.js [--if-possible]';

const help = `${usage}
Makes the code cache of sb-run, for the Node that runs this. Start it as the owner
of the installed program. It runs "sb-run -- true".

  --if-possible  end with 0 if sb-run cannot run on this machine
  -h, --help     show this help
`;

const words = process.argv.slice(2);
const unknown = words.find((word) => !['--if-possible', '--help', '-h'].includes(word));
if (unknown !== undefined) {
  complain(`code-cache.js does not know ${unknown}. ${usage}`);
  endNow(failed);
}
const isOptional = words.every((word) => word === '--if-possible') && words.length > 0;
if (words.length > 0 && !isOptional) {
  await print(help);
  endNow(0);
}

const program = fileURLToPath(new URL('sb-run-main.cjs', import.meta.url));
const { source } = readProgram(program);
const script = scriptOf(program, source);

// What these runs compile is what the cache has: also how a program is looked for, beyond a directory that is not there.
process.env['PATH'] = '/nonexistent:/usr/bin:/bin';
const runs = [[], ...(mayNameUser() ? [['--user', user]] : [])];
process.once('exit', (status) => {
  if (status !== 0) complain('the code cache was not made, since sb-run -- true failed');
  if (status === 0) endNow(isWritten() ? 0 : failed);
  else endNow(isOptional ? 0 : status);
});
for (const options of runs) {
  process.argv.splice(2, process.argv.length, ...options, '--', 'true');
  runScript(program, script);
}

/** Only root may name a user. Where the name service does not answer, a run without one is compiled. */
function mayNameUser(): boolean {
  try {
    return isRoot() && lookupUser(user).uid !== 0;
  } catch {
    return false;
  }
}

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
