import { ReportOutput } from './report-output.js';
import { reported } from './reported.js';

/**
 * Writes a failure to the report that the command line asks for, unless it is there already.
 *
 * @param error - the thrown error
 * @param file - its path; empty for standard error
 */
export function reportFailure(error: unknown, file: string): void {
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
