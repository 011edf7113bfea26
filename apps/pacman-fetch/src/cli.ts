#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { help, parseCommand } from './arguments.js';
import { commandOf } from './commands/table.js';
import { exitStatus, FetchError } from './errors.js';

type Manifest = { readonly version: string };

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
  const hint = known.hint === undefined ? '' : `       ${known.hint}\n`;
  process.stderr.write(printable(`error: ${known.message}\n${hint}`));
}

/** File names may hold anything; a terminal should not. Line feeds stay. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '\uFFFD');
}
