import type { FetcherErrorCode } from '../errors/error-codes.js';
import { FetcherError } from '../errors/fetcher-error.js';
import type { SourceFailure } from './file-reports.js';

/** A failure in the words of a worker. */
type Failure = Pick<SourceFailure, 'kind' | 'status' | 'message'>;

/** What a worker says, as an error. */
export function sourceError({ kind, status, message }: Failure, host: string | undefined): FetcherError {
  // The report names the skipped sources. Which source a worker that lied names makes no difference.
  const code: FetcherErrorCode = kind === 'skipped' ? 'connect' : kind;
  return new FetcherError(code, message, { host, status: status ?? undefined });
}
