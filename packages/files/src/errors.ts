import { clauseOf, errorCode, isSandboxError, SandboxError, systemReason } from '@sb/core';
import { Place } from '@sb/core/document';

/**
 * Why a file or directory is not used.
 *
 * - `untrusted-path`: another user decides, or could decide, where the path leads.
 * - `untrusted-file`: the file at the end of the path is not a regular file, has other names, or belongs to another
 *   user.
 * - `open-failed`: the system refuses; `errno` says why.
 * - `invalid-policy`: an argument is invalid; `path` is the place in it.
 */
export type FilesErrorCode = 'untrusted-path' | 'untrusted-file' | 'open-failed' | 'invalid-policy';

/** The layer that errors of this package name. */
const layer = 'files';

/** The parts of an error: its path, the reason as a clause, and the remedy. */
interface Refusal {
  readonly path: string;
  readonly what: string;
  readonly hint: string | undefined;
}

/** Returns the error for a path or a file that is not used. */
export function refusal(
  code: 'untrusted-path' | 'untrusted-file',
  { path, what, hint }: Refusal,
): SandboxError<FilesErrorCode> {
  return new SandboxError({ code, layer, step: 'look', what, path, hint });
}

/**
 * Returns an error of the system, with a sentence before it.
 *
 * @param what - what failed, without the errno
 */
export function openFailed({ path, what, hint }: Refusal, cause: unknown): SandboxError<FilesErrorCode> {
  const errno = errorCode(cause);
  const clause = `${what}: ${systemReason(cause)}`;
  return new SandboxError({ code: 'open-failed', layer, step: 'open', what: clause, errno, path, hint, cause });
}

/**
 * Returns the place of an argument.
 *
 * @param name - its name in errors: `owner`
 */
export function documentPlace(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    const code: FilesErrorCode = 'invalid-policy';
    throw new SandboxError<FilesErrorCode>({ code, layer, step: 'options', what: `${path} ${what}`, path, hint });
  });
}

/**
 * Whether an error is one of this package, also of another copy of it.
 *
 * @param error - any caught value
 */
export function isFilesError(error: unknown): error is SandboxError<FilesErrorCode> {
  return isSandboxError(error) && error.layer === layer;
}

/**
 * Returns the text of such an error as a clause, for programs that add their own words: without the layer before it and
 * the remedy after it.
 */
export function filesClause(error: SandboxError<FilesErrorCode>): string {
  return clauseOf(error).slice(`${layer}: `.length);
}
