import { clauseOf, isSandboxError } from '@sb/core';
import { definePolicy, type SandboxOptions } from '@sb/sandbox';

import { FetcherError } from '../errors/fetcher-error.js';

/**
 * Has `@sb/sandbox` read what it is going to be given, so that a mistake in it is found before anything is downloaded.
 *
 * @throws FetcherError `invalid-request`
 */
export function requireSandbox(options: SandboxOptions): void {
  try {
    definePolicy(options);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const { path, hint } = error;
    throw new FetcherError('invalid-request', `options: ${clauseOf(error)}`, { path, hint, cause: error });
  }
}
