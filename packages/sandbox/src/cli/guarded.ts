import { type Arguments, parseArguments } from './arguments.js';
import { complain } from './output.js';

/**
 * Parses a command line and executes it, and reports failures.
 *
 * @param argv - without Node and the script
 * @param execute - executes it
 * @returns the exit status
 */
export async function guarded(argv: readonly string[], execute: (args: Arguments) => Promise<number>): Promise<number> {
  let args: Arguments | undefined;
  try {
    args = parseArguments(argv);
    return await execute(args);
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
