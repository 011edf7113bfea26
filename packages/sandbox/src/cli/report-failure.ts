import { ReportOutput } from './report-output.js';
import { reported } from './reported.js';

/**
 * Writes a failure to the report that the command line asks for, unless one that ran has done so.
 *
 * @param error - what was thrown
 * @param file - its path; empty for standard error
 */
export function reportFailure(error: unknown, file: string): void {
  if (typeof error === 'object' && error !== null && reported.has(error)) return;
  try {
    new ReportOutput(file).write({ error: plain(error) });
  } catch {
    // Where the report can't be written the error itself is told all the same, and may be about just that.
  }
}

/** What knows nothing of reports would be empty there. */
function plain(error: unknown): unknown {
  return error instanceof Error && !('toJSON' in error) ? { code: 'unknown', message: error.message } : error;
}
