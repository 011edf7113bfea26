import { ReportOutput } from './report-output.js';
import { reported } from './reported.js';

/**
 * Writes a failure to the report that the command line asks for, unless one that ran has done so: of one that can't be
 * read as a whole, too.
 *
 * @param error - what was thrown
 * @param argv - the command line
 */
export function reportFailure(error: unknown, argv: readonly string[]): void {
  const file = reportOf(argv);
  if (file === undefined || (typeof error === 'object' && error !== null && reported.has(error))) return;
  try {
    new ReportOutput(file).write({ error: plain(error) });
  } catch {
    // Where the report can't be written the error itself is told all the same, and may be about just that.
  }
}

function reportOf(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const word = words.find((one) => one === '--report' || one.startsWith('--report='));
  return word?.slice('--report='.length);
}

/** What knows nothing of reports would be empty there. */
function plain(error: unknown): unknown {
  return error instanceof Error && !('toJSON' in error) ? { code: 'unknown', message: error.message } : error;
}
