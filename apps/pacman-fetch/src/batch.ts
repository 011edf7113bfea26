/** The program of the commands that download several files: one module, since pacman's user waits for its start. */
import { endNow } from '@sb/sandbox/end-now';

import { runCommand } from './commands/run.js';
import { meantBy } from './commands/words.js';
import { prepareProcess, runProgram } from './program.js';

prepareProcess();
const [command = '', ...words] = meantBy(process.argv.slice(2));
void runProgram(async (running) => {
  const status = await runCommand(command, words);
  running.endNow = endNow;
  return status;
});
