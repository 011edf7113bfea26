import { seccompError } from '../errors.js';
import { readJson } from './json-text.js';
import { policy } from './policy.js';
import type { SeccompOptions, SeccompPolicy } from './options.js';

/** The deepest nesting that is read; a policy needs five levels. */
const depthMax = 8;

/**
 * Reads a policy from a JSON document, for instance a file. The keys are those of {@link SeccompOptions}; 64-bit
 * numbers are strings such as `"0xffffffffffffffff"`.
 *
 * @param text - at most 1 MiB, nested at most eight deep
 * @throws SeccompError `invalid-policy`, `unknown-syscall`, `unknown-group`; `path` is the place in the document, for
 *   instance `rules[0].when[1].value`, or `(document)` if it is not JSON
 */
export function parsePolicy(text: string): SeccompPolicy {
  return policy(readJson(text, depthMax, bad) as SeccompOptions);
}

function bad(what: string, hint: string, cause?: unknown): Error {
  const path = '(document)';
  return seccompError('invalid-policy', 'parse', { what: `${path} ${what}`, hint, path, cause });
}
