#!/usr/bin/env node
import { packageVersion } from '@sb/core';

import { type Arguments, parseArguments } from './arguments.js';
import { complain, print } from './output.js';

process.exitCode = await main(process.argv.slice(2));

/** Executes the command line, and reports failures. */
async function main(argv: readonly string[]): Promise<number> {
  let args: Arguments | undefined;
  try {
    args = parseArguments(argv);
    return (await answered(args)) ? 0 : await sandboxed(args);
  } catch (error) {
    await report(error, args === undefined ? firstWord(argv) : args.one('report'));
    const { explainFailure } = await import('./failure.js');
    const { message, status } = explainFailure(error, args);
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

/** `--report` reports a failure to start the command too: the command itself may end with 125 as well. */
async function report(error: unknown, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const { reportFailure } = await import('./report-failure.js');
  reportFailure(error, file);
}

/**
 * The first word of a command line that cannot be parsed, if it asks for a report. Any later word may be meant as the
 * value of the word before it, and could name another user's file. Such a file is not written.
 */
function firstWord([word = '']: readonly string[]): string | undefined {
  return /^--report(?:=(.*))?$/s.exec(word) === null ? undefined : word.slice('--report='.length);
}
