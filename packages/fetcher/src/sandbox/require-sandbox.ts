import { clauseOf, isSandboxError } from '@sb/core';
import { definePolicy, type SandboxOptions } from '@sb/sandbox';

import { FetcherError } from '../errors/fetcher-error.js';

/**
 * Lets `@sb/sandbox` read its options, so that an error in them is found before any download.
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
