import { clauseOf, isFolderLost, isSandboxError, lostFolder } from '@sb/core';

/**
 * The program's exit statuses. pacman only distinguishes 0 from the others; people and scripts may want to know more.
 *
 * 129, 130 and 143 mean that SIGHUP, SIGINT or SIGTERM ended it.
 */
export const exitStatus = { done: 0, download: 1, usage: 2, sandbox: 3, file: 4 } as const;

/** A class of failure, by its exit status. */
export type FailureClass = Exclude<keyof typeof exitStatus, 'done'>;

/** A failure that is reported to the user: what happened, and one line of help. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly kind: FailureClass;
  /** What to do about it, as a sentence; absent without advice. */
  readonly hint: string | undefined;

  constructor(kind: FailureClass, message: string, hint?: string) {
    super(message);
    this.kind = kind;
    this.hint = hint;
  }
}

/** By its name: the program and its commands are built separately, and each has this class. */
function isFetchError(error: unknown): error is FetchError {
  return error instanceof Error && error.name === 'FetchError' && 'kind' in error;
}

/**
 * Turns any error into a failure: a FetchError keeps its words, and any other error is reported as unexpected.
 *
 * @param error - caught by a `catch`
 */
export function failureFrom(error: unknown): FetchError {
  if (isFetchError(error)) return error;
  if (isFolderLost(error)) return new FetchError('file', lostFolder.what, lostFolder.hint);
  if (isSandboxError(error) && error.code === 'prebuild-missing') {
    return new FetchError('sandbox', clauseOf(error), error.hint);
  }
  return new FetchError('file', `unexpected error: ${String(error)}`);
}
