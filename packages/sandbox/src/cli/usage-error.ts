/** A mistake on the command line or in a file that it names: what is wrong and what to do, as two sentences. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** For a report: no error of a layer has this code. */
  toJSON(): { readonly code: 'usage'; readonly message: string } {
    return { code: 'usage', message: this.message };
  }
}

/**
 * Throws a usage error.
 *
 * @param what - what is wrong, a clause without a full stop
 * @param hint - what to do, a sentence
 * @throws UsageError
 */
export function misuse(what: string, hint: string): never {
  throw new UsageError(`${what}. ${hint}`);
}
