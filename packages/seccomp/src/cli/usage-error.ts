import { isSandboxError } from '@sb/core';

/** A mistake on the command line or in a file that it names: what is wrong, and what to do, as two sentences. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Ends with a usage error.
 *
 * @param what - what is wrong, a clause without a full stop
 * @param hint - what to do, a sentence
 * @throws UsageError
 */
export function misuse(what: string, hint: string): never {
  throw new UsageError(`${what}. ${hint}`);
}

/**
 * Reads what is in a file, whose name then comes before a mistake in it.
 *
 * @throws UsageError with the file, the place in it and the remedy
 */
export function inFile<T>(word: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    throw new UsageError(`${word}: ${error.message.replace(/^seccomp: /, '')}`);
  }
}
