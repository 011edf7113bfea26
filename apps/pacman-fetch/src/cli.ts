#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

import { packageVersion, refuseInspector } from '@sb/core';

import { help, parseCommand } from './arguments.js';
import { commandOf } from './commands/table.js';
import { meantBy } from './commands/words.js';
import { exitStatus, failureFrom } from './errors.js';
import { forgetNodeVariables } from './node-variables.js';
import { keepForWriting } from './own-terminal.js';
import { charsetOf, type ColorChoice, wantsColor } from './ui/environment.js';
import { message } from './ui/messages.js';

/** Errors before the command line is understood are coloured as nobody has chosen. */
let color: ColorChoice = 'auto';

/** How the process ends; a download waits for no name that is still being resolved. */
let end: (status: number) => void = (status) => {
  process.exitCode = withLoss(status);
};

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    process.stderr.write(help());
    return exitStatus.usage;
  }
  const entry = commandOf(first);
  if (entry !== undefined) {
    const { runCommand } = await import('./commands/run.js');
    return await runCommand(first, entry, rest);
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
      // undici's parser of HTTP is WebAssembly: V8's optimizing compiler takes more time for it than it saves in one file,
      // and a process that ends waits for it. Before that is loaded the flag may be set.
      setFlagsFromString('--liftoff-only');
      const { endNow } = await import('@sb/sandbox/end-now');
      const { fetch } = await import('./fetch.js');
      end = endOf(endNow);
      return await fetch(command);
    }
  }
}

// Who becomes another user can be sent signals by all processes of that user.
refuseInspector();
forgetNodeVariables();
// A command may hand the terminal on, as `pacman` does; a download has no use for what is typed.
const words = meantBy(process.argv.slice(2));
if (commandOf(words[0]) === undefined) keepForWriting();
/** Set where something that was to be said has no room; a reader that is gone changes nothing about what was done. */
let isSomethingLost = false;
process.stderr.on('error', () => {});
process.stdout.on('error', ({ code, message: text }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE' || isSomethingLost) return;
  isSomethingLost = true;
  process.exitCode = withLoss(Number(process.exitCode ?? exitStatus.done));
  process.stderr.write(`error: not all could be written to standard output: ${code ?? text}\n`);
});

/** Who reads half of a document has to know. */
function withLoss(status: number): number {
  return isSomethingLost && status === exitStatus.done ? exitStatus.file : status;
}

/** What goes into a pipe is written by then, as a rule (process I/O of Node); what isn't is waited for. */
function endOf(endNow: (status: number) => never): typeof end {
  return (status) => {
    process.exitCode = withLoss(status);
    if (process.stdout.writableLength + process.stderr.writableLength === 0) endNow(withLoss(status));
  };
}

try {
  // Not in one line: how to end is known when main is done.
  const status = await main(words);
  end(status);
} catch (error) {
  const known = failureFrom(error);
  const { env, stderr } = process;
  const style = { color: wantsColor(color, stderr.isTTY, env), charset: charsetOf(env) };
  stderr.write(message('error', { text: known.message, hint: known.hint }, style));
  end(exitStatus[known.kind]);
}
