import { packageVersion, refuseInspector, systemReason } from '@sb/core';

import { help, parseCommand } from './arguments.js';
import type * as Run from './commands/run.js';
import { commandOf } from './commands/table.js';
import { meantBy } from './commands/words.js';
import { exitStatus, failureFrom } from './errors.js';
import { requireKernelPaths } from './kernel-paths.js';
import { forgetNodeVariables } from './node-variables.js';
import { keepForWriting } from './own-terminal.js';
import { charsetOf, type ColorChoice, wantsColor } from './ui/environment.js';
import { message } from './ui/messages.js';

/** Imports what lies beside this module: see `runScript` of @sb/cli-kit. */
declare const importBeside: (path: string) => Promise<unknown>;

/** Errors before the command line is parsed are coloured by the default. */
let color: ColorChoice = 'auto';

/** Ends the process. A download does not wait for a name that is still being resolved. */
let end: (status: number) => void = (status) => {
  process.exitCode = withLoss(status);
};

async function main(args: readonly string[]): Promise<number> {
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
      ({ color } = command);
      requireKernelPaths();
      const { endNow } = await import('@sb/sandbox/end-now');
      const { fetch } = await import('./fetch.js');
      end = endOf(endNow);
      return await fetch(command);
    }
  }
}

// A process that switches to another user can be sent signals by all processes of that user.
refuseInspector();
forgetNodeVariables();
// A command may hand the terminal on, as `pacman` does. A download does not read what is typed.
const words = meantBy(process.argv.slice(2));
if (commandOf(words[0]) === undefined) keepForWriting();
/** Set if output is lost because the disk is full. A reader that is gone does not change the result. */
let isSomethingLost = false;
process.stderr.on('error', () => {});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || isSomethingLost) return;
  isSomethingLost = true;
  process.exitCode = withLoss(Number(process.exitCode ?? exitStatus.done));
  process.stderr.write(`error: cannot write all output to standard output: ${systemReason(error)}\n`);
});

/** A reader must learn that a document is incomplete. */
function withLoss(status: number): number {
  return isSomethingLost && status === exitStatus.done ? exitStatus.file : status;
}

/** As a rule, output to a pipe is written by then (process I/O of Node). Output that is not written is waited for. */
function endOf(endNow: (status: number) => never): typeof end {
  return (status) => {
    process.exitCode = withLoss(status);
    if (process.stdout.writableLength + process.stderr.writableLength > 0) return;
    try {
      endNow(withLoss(status));
    } catch {
      // Without the native part, which is reported by then, the process ends as any other.
    }
  };
}

/** How to end is known only when main is done. */
async function run(): Promise<void> {
  try {
    const status = await main(words);
    end(status);
  } catch (error) {
    const known = failureFrom(error);
    const { env, stderr } = process;
    const style = { color: wantsColor(color, stderr.isTTY, env), charset: charsetOf(env) };
    stderr.write(message('error', { text: known.message, hint: known.hint }, style));
    end(exitStatus[known.kind]);
  }
}

// If nothing is left to wait for, although the work is not done.
process.exitCode = exitStatus.download;
void run();
