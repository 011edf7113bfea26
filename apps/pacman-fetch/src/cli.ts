#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { help, parseCommand } from './arguments.js';
import { exitStatus, FetchError } from './errors.js';
import { fetch } from './fetch.js';

type Manifest = { readonly version: string };

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      process.stdout.write(help);
      return exitStatus.done;
    case 'version': {
      const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
      process.stdout.write(`pacman-fetch ${(JSON.parse(text) as Manifest).version}\n`);
      return exitStatus.done;
    }
    case 'fetch':
      return await fetch(command);
  }
}

// A reader that is gone changes nothing about what was done.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  process.exitCode = await main();
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
