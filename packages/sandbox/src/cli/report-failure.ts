import { isLate } from '../child/enforcement.js';
import type { Arguments } from './arguments.js';
import { explainFailure } from './failure.js';
import { complain } from './output.js';
import { ReportOutput } from './report-output.js';
import { reported } from './reported.js';

/**
 * Reports a failure, by a message and in the report that the command line asks for.
 *
 * @param error - the thrown error
 * @param args - the command line, if it could be parsed
 * @param file - of the report: its path; empty for standard error, undefined for none
 * @returns the exit status
 */
export function failWith(error: unknown, args: Arguments | undefined, file: string | undefined): number {
  // `--report` reports a failure to start the command too: the command itself may end with 125 as well.
  if (file !== undefined) reportFailure(error, file);
  const { message, status } = explainFailure(error, args);
  if (message !== undefined) complain(message);
  // What may never end is not waited for.
  if (isLate(error)) process.exit(status);
  return status;
}

/**
 * Writes a failure to the report that the command line asks for, unless it is there already.
 *
 * @param error - the thrown error
 * @param file - its path; empty for standard error
 */
function reportFailure(error: unknown, file: string): void {
  if (typeof error === 'object' && error !== null && reported.has(error)) return;
  try {
    new ReportOutput(file).write({ error: plain(error) });
  } catch {
    // If the report cannot be written, the error itself is still printed, and may have the same cause.
  }
}

/** Errors without `toJSON` would be empty there. */
function plain(error: unknown): unknown {
  return error instanceof Error && !('toJSON' in error) ? { code: 'unknown', message: error.message } : error;
}
