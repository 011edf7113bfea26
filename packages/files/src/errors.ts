import { clauseOf, errorCode, isSandboxError, SandboxError, systemReason } from '@sb/core';
import { Place } from '@sb/core/document';

/**
 * Why a file or folder is not used.
 *
 * - `untrusted-path`: somebody else decides, or could decide, where the path leads.
 * - `untrusted-file`: the file at the end of the path is not a regular file, has other names, or is somebody else's.
 * - `open-failed`: the system refuses; `errno` says why.
 * - `invalid-policy`: an object that a function was given is not as it should be; `path` says where.
 */
export type FilesErrorCode = 'untrusted-path' | 'untrusted-file' | 'open-failed' | 'invalid-policy';

/** The layer that errors of this package name. */
const layer = 'files';

/** What is said of an error: the path it is about, the reason as a clause, and the remedy. */
interface Refusal {
  readonly path: string;
  readonly what: string;
  readonly hint: string | undefined;
}

/** A path or a file that is not used. */
export function refusal(
  code: 'untrusted-path' | 'untrusted-file',
  { path, what, hint }: Refusal,
): SandboxError<FilesErrorCode> {
  return new SandboxError({ code, layer, step: 'look', what, path, hint });
}

/**
 * What the system said, with a sentence before it.
 *
 * @param what - what can't be done, without the errno
 */
export function openFailed({ path, what, hint }: Refusal, cause: unknown): SandboxError<FilesErrorCode> {
  const errno = errorCode(cause);
  const clause = `${what}: ${systemReason(cause)}`;
  return new SandboxError({ code: 'open-failed', layer, step: 'open', what: clause, errno, path, hint, cause });
}

/**
 * Where an object begins that a function is given.
 *
 * @param name - what errors call it: `owner`
 */
export function documentPlace(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    const code: FilesErrorCode = 'invalid-policy';
    throw new SandboxError<FilesErrorCode>({ code, layer, step: 'options', what: `${path} ${what}`, path, hint });
  });
}

/**
 * Tells whether an error is one of this package, also of another copy of it.
 *
 * @param error - anything that was caught
 */
export function isFilesError(error: unknown): error is SandboxError<FilesErrorCode> {
  return isSandboxError(error) && error.layer === layer;
}

/**
 * What such an error says, as a clause: without the layer before it and the remedy behind it, for programs that have
 * words of their own around it.
 */
export function filesClause(error: SandboxError<FilesErrorCode>): string {
  return clauseOf(error).slice(`${layer}: `.length);
}
