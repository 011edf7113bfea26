#!/usr/bin/env node
import { writeSync } from 'node:fs';

import { parseWords } from '@sb/cli-kit';
import { errorCode, escaped, isSandboxError, nearest, packageVersion } from '@sb/core';

import { jsonOf } from './answer.js';
import { commandNames, type OptionName, options } from './options.js';
import { misuse, UsageError } from './usage-error.js';

/** The exit status of a usage error, or of anything that prevents an answer. */
const trouble = 2;

process.exitCode = await main(process.argv.slice(2));

/** Runs the command line, and reports errors. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const { text, status } = await answered(argv);
    await print(text);
    return status;
  } catch (error) {
    // As for any program that writes to a pipe without a reader. Node ignores SIGPIPE.
    if (errorCode(error) === 'EPIPE') return 128 + 13;
    if (!(error instanceof UsageError) && !isSandboxError(error)) throw error;
    complain(error.message.replace(/^seccomp: /, ''));
    return trouble;
  }
}

async function answered(argv: readonly string[]): Promise<{ readonly text: string; readonly status: number }> {
  const help = 'sb-seccomp --help lists all.';
  const given = parseWords<typeof options>(options, argv, { refuse, help });
  const shell = given.values.get('completion');
  if (given.switches.has('help')) return { text: (await import('./help.js')).help, status: 0 };
  if (given.switches.has('version'))
    return { text: `sb-seccomp ${packageVersion(new URL('../', import.meta.url))}\n`, status: 0 };
  if (shell !== undefined) return { text: (await import('./completion.js')).completion(shell) ?? '', status: 0 };
  const [word] = given.operands;
  if (word === undefined) return misuse('the command is missing', help);
  const name = commandNames.find((one) => one === word);
  const meant = nearest(word, commandNames);
  if (name === undefined)
    return misuse(
      `unknown command ${word}`,
      meant === undefined ? `Use one of: ${commandNames.join(', ')}.` : `Did you mean ${meant}?`,
    );
  const { answerTo } = await import('./commands.js');
  const answer = answerTo(name, given);
  for (const note of answer.notes ?? []) complain(note);
  return {
    text: given.switches.has('json' satisfies OptionName) ? jsonOf(answer) : answer.text,
    status: answer.status,
  };
}

/** A negative argument of a call looks like an option. @throws UsageError */
function refuse(what: string, hint: string): never {
  return misuse(
    what,
    /^unknown option -\d/.test(what) ? 'Write -1 as 0xffffffff, the register that a call has.' : hint,
  );
}

/** Reports an error; names in it cannot send control sequences to a terminal. */
function complain(text: string): void {
  try {
    writeSync(2, `sb-seccomp: ${escaped(text)}\n`);
  } catch {
    // Standard error has no reader any more.
  }
}

/** @throws the error of the write, for instance `EPIPE` */
async function print(text: string): Promise<void> {
  const { stdout } = process;
  await new Promise<void>((resolve, reject) => {
    stdout.once('error', reject);
    stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
