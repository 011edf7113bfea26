import type { FetcherErrorCode } from '../errors/error-codes.js';
import { FetcherError } from '../errors/fetcher-error.js';
import type { SourceFailure } from './file-reports.js';

/** A failure as a worker reports it. */
type Failure = Pick<SourceFailure, 'kind' | 'status' | 'message'>;

/** Returns the report of a worker as an error. */
export function sourceError({ kind, status, message }: Failure, host: string | undefined): FetcherError {
  // The report names the skipped sources. It does not matter which source a lying worker names.
  const code: FetcherErrorCode = kind === 'skipped' ? 'connect' : kind;
  return new FetcherError(code, message, { host, status: status ?? undefined });
}
