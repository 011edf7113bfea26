import { isFolderLost, lostFolder } from '@sb/core';

/**
 * The program's exit statuses. pacman only asks whether it is 0; people and scripts may want to know more.
 *
 * 129, 130 and 143 mean that SIGHUP, SIGINT or SIGTERM ended it.
 */
export const exitStatus = { done: 0, download: 1, usage: 2, sandbox: 3, file: 4 } as const;

/** A class of failure, by its exit status. */
export type FailureClass = Exclude<keyof typeof exitStatus, 'done'>;

/** A failure that is told to the user: what happened, and one line that helps. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly kind: FailureClass;
  /** What to do about it, as a sentence; absent where there is nothing to say. */
  readonly hint: string | undefined;

  constructor(kind: FailureClass, message: string, hint?: string) {
    super(message);
    this.kind = kind;
    this.hint = hint;
  }
}

/**
 * Any error as a failure: with its own words where it is one, and otherwise as one that nobody has foreseen.
 *
 * @param error - whatever a `catch` caught
 */
export function failureFrom(error: unknown): FetchError {
  if (error instanceof FetchError) return error;
  if (isFolderLost(error)) return new FetchError('file', lostFolder.what, lostFolder.hint);
  return new FetchError('file', `unexpected: ${String(error)}`);
}
