/** The program of the commands that download several files: one module, since pacman's user waits for its start. */
import { endNow } from '@sb/sandbox/end-now';

import { runCommand } from './commands/run.js';
import { meantBy } from './commands/words.js';
import { prepareProcess, runProgram } from './program.js';

prepareProcess();
const [command = '', ...words] = meantBy(process.argv.slice(2));
void runProgram(async (running) => {
  // Also after an error: a worker that cannot be ended is not waited for.
  running.endNow = endNow;
  return await runCommand(command, words);
});
