import { type Arguments, parseArguments } from './arguments.js';

/** How a command line is executed. */
export interface Execution {
  /** @returns the exit status */
  execute(args: Arguments): Promise<number>;
  /**
   * Reports a failure.
   *
   * @param error - what was thrown
   * @param args - the command line, if it could be parsed
   * @param report - the file of `--report`; empty for standard error, undefined without the option
   * @returns the exit status
   */
  fail(error: unknown, args: Arguments | undefined, report: string | undefined): Promise<number>;
}

/**
 * Parses a command line and executes it, and reports failures.
 *
 * @param argv - without Node and the script
 * @param execution - what is done
 * @returns the exit status
 */
export async function guarded(argv: readonly string[], execution: Execution): Promise<number> {
  let args: Arguments | undefined;
  try {
    args = parseArguments(argv);
    return await execution.execute(args);
  } catch (error) {
    return await execution.fail(error, args, args === undefined ? firstWord(argv) : args.one('report'));
  }
}

/**
 * The first word of a command line that cannot be parsed, if it asks for a report. Any later word may be meant as the
 * value of the word before it, and could name another user's file. Such a file is not written.
 */
function firstWord([word = '']: readonly string[]): string | undefined {
  return /^--report(?:=(.*))?$/s.exec(word) === null ? undefined : word.slice('--report='.length);
}
