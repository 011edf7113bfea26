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

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof FetchError)) throw error;
  process.stderr.write(`error: ${error.message}\n${error.hint === undefined ? '' : `       ${error.hint}\n`}`);
  process.exitCode = exitStatus[error.kind];
}
