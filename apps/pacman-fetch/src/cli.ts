#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

import { help, parseCommand } from './arguments.js';
import { commandOf } from './commands/table.js';
import { exitStatus, FetchError } from './errors.js';
import { charsetOf, type ColorChoice, wantsColor } from './ui/environment.js';
import { message } from './ui/messages.js';

type Manifest = { readonly version: string };

/** Errors before the command line is understood are coloured as nobody has chosen. */
let color: ColorChoice = 'auto';

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  const entry = commandOf(first);
  if (first !== undefined && entry !== undefined) {
    const { runCommand } = await import('./commands/run.js');
    return await runCommand(first, entry, rest);
  }
  const command = parseCommand(args);
  switch (command.kind) {
    case 'help':
      process.stdout.write(help());
      return exitStatus.done;
    case 'version': {
      const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
      process.stdout.write(`pacman-fetch ${(JSON.parse(text) as Manifest).version}\n`);
      return exitStatus.done;
    }
    case 'fetch': {
      ({ color } = command);
      // undici's parser of HTTP is WebAssembly: V8's optimizing compiler takes more time for it than it saves in one file,
      // and a process that ends waits for it. Before that is loaded the flag may be set.
      setFlagsFromString('--liftoff-only');
      const { fetch } = await import('./fetch.js');
      return await fetch(command);
    }
  }
}

// A reader that is gone changes nothing about what was done.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof FetchError ? error : new FetchError('file', `unexpected: ${String(error)}`);
  process.exitCode = exitStatus[known.kind];
  const { env, stderr } = process;
  const style = { color: wantsColor(color, stderr.isTTY, env), charset: charsetOf(env) };
  stderr.write(message('error', { text: known.message, hint: known.hint }, style));
}
