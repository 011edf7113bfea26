import { filesClause, isFilesError } from '@sb/files';

import type { FailureKind } from './error-codes.js';

/**
 * Why a file was not downloaded: the causes of a single source (`dns`, `connect`, `tls`, `http` …), and
 *
 * - `invalid-request`: what was asked for contradicts itself.
 * - `slower`: a source was left, since others bring more.
 * - `source`: a `file:` source can't be opened or read.
 * - `file`: the destination can't be written; `disk-full`: there is no room for it.
 * - `timeout`: it took longer than its limit, all sources together.
 * - `checksum`: what came is not what it should be.
 * - `sandbox`: the worker could not be confined, and nothing was downloaded.
 * - `worker-lied`: the worker did what no honest one does, and was ended.
 * - `worker-died`: the worker ended without a word, twice.
 * - `cancelled`: the caller's signal.
 */
export type FetcherErrorCode =
  | Exclude<FailureKind, 'file' | 'skipped'>
  | 'invalid-request'
  | 'file'
  | 'disk-full'
  | 'checksum'
  | 'sandbox'
  | 'worker-lied'
  | 'worker-died'
  | 'cancelled';

/** What is known beside code and message. */
export interface FetcherErrorDetails {
  /** Host and port of the source, never with credentials. */
  readonly host?: string | undefined;
  /** The file it was about. */
  readonly path?: string | undefined;
  /** Status of the answer, where the code is `http`. */
  readonly status?: number | undefined;
  /** What to do about it, as a sentence. */
  readonly hint?: string | undefined;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** A download that failed: one code a cause, and a message for a person. */
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
 * What `@sb/files` says of a folder or a file, as an error of a download.
 *
 * @param error - anything that was caught
 */
export function asFileError(error: unknown): unknown {
  if (!isFilesError(error)) return error;
  const { path, hint, cause } = error;
  return new FetcherError('file', filesClause(error), { path, hint, cause });
}
