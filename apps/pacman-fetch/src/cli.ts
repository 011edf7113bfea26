import { packageVersion } from '@sb/core';

import { help, parseCommand } from './arguments.js';
import type * as Run from './commands/run.js';
import { commandOf } from './commands/table.js';
import { meantBy } from './commands/words.js';
import { exitStatus } from './errors.js';
import { requireKernelPaths } from './kernel-paths.js';
import { keepForWriting } from './own-terminal.js';
import { prepareProcess, type Running, runProgram } from './program.js';

/** Imports what lies beside this module: see `runScript` of @sb/cli-kit. */
declare const importBeside: (path: string) => Promise<unknown>;

async function main(args: readonly string[], running: Running): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    process.stderr.write(help());
    return exitStatus.usage;
  }
  if (commandOf(first) !== undefined) {
    // It is beside this program, so that a download does not load it.
    const { runCommand } = (await importBeside('./commands/run.js')) as typeof Run;
    return await runCommand(first, rest);
  }
  const command = parseCommand(args);
  switch (command.kind) {
    case 'help':
      process.stdout.write(help());
      return exitStatus.done;
    case 'version':
      process.stdout.write(`pacman-fetch ${packageVersion(new URL('../', import.meta.url))}\n`);
      return exitStatus.done;
    case 'fetch': {
      running.color = command.color;
      requireKernelPaths();
      const { endNow } = await import('@sb/sandbox/end-now');
      const { fetch } = await import('./fetch.js');
      // A download does not wait for a name that is still being resolved.
      running.endNow = endNow;
      return await fetch(command);
    }
  }
}

prepareProcess();
// A command may hand the terminal on, as `pacman` does. A download does not read what is typed.
const words = meantBy(process.argv.slice(2));
if (commandOf(words[0]) === undefined) keepForWriting();
void runProgram(async (running) => await main(words, running));
