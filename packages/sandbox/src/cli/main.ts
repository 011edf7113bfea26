#!/usr/bin/env node
import { packageVersion } from '@sb/core';

import { type Arguments, parseArguments } from './arguments.js';
import { complain, print } from './output.js';

process.exitCode = await main(process.argv.slice(2));

/** Does what the command line asks for, and says what hinders it. */
async function main(argv: readonly string[]): Promise<number> {
  let args: Arguments | undefined;
  try {
    args = parseArguments(argv);
    return (await answered(args)) ? 0 : await sandboxed(args);
  } catch (error) {
    await report(error, args === undefined ? firstWord(argv) : args.one('report'));
    const { explainFailure } = await import('./failure.js');
    const { message, status } = explainFailure(error);
    if (message !== undefined) complain(message);
    const { isLate } = await import('../child/enforcement.js');
    // What may never end is not waited for.
    if (isLate(error)) process.exit(status);
    return status;
  }
}

/** What needs no layer is answered without loading one. */
async function answered(args: Arguments): Promise<boolean> {
  if (args.has('help')) await print((await import('./help.js')).help);
  else if (args.has('list-profiles')) await print((await import('./profile-table.js')).profileTable());
  else if (args.has('version')) await print(`sb-run ${packageVersion(new URL('../', import.meta.url))}\n`);
  else if (args.has('completion')) {
    const { completion } = await import('./completion.js');
    await print(completion(args.one('completion') ?? '') ?? '');
  } else return false;
  return true;
}

async function sandboxed(args: Arguments): Promise<number> {
  const { perform } = await import('./perform.js');
  return await perform(args);
}

/** What kept the command from running is told by `--report` too: a program of its own may end with 125 as well. */
async function report(error: unknown, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const { reportFailure } = await import('./report-failure.js');
  reportFailure(error, file);
}

/**
 * The report of a command line that can't be read. Any other word may be meant as the value of the one before it, and then be
 * somebody else's: no file is written that one names.
 */
function firstWord([word = '']: readonly string[]): string | undefined {
  return /^--report(?:=(.*))?$/s.exec(word) === null ? undefined : word.slice('--report='.length);
}
