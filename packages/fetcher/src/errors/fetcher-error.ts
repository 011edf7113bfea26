import { filesClause, isFilesError } from '@sb/files';

import type { FetcherErrorCode } from './error-codes.js';

/** Details in addition to code and message. */
export interface FetcherErrorDetails {
  /** Host and port of the source, never with credentials. */
  readonly host?: string | undefined;
  /** The file that it is about. */
  readonly path?: string | undefined;
  /** Status of the answer, if the code is `http`. */
  readonly status?: number | undefined;
  /** What to do about it, as a sentence. */
  readonly hint?: string | undefined;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** A failed download: one code for each cause, and a message for people. */
export class FetcherError extends Error {
  override readonly name = 'FetcherError';
  readonly code: FetcherErrorCode;
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly status: number | undefined;
  readonly hint: string | undefined;

  constructor(code: FetcherErrorCode, message: string, details: FetcherErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.host = details.host;
    this.path = details.path;
    this.status = details.status;
    this.hint = details.hint;
  }
}

/**
 * Returns an error of `@sb/files` about a directory or a file as an error of a download.
 *
 * @param error - any caught value
 */
export function asFileError(error: unknown): unknown {
  if (!isFilesError(error)) return error;
  const { path, hint, cause } = error;
  return new FetcherError('file', filesClause(error), { path, hint, cause });
}
