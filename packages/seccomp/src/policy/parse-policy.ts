import { repeatedKey } from '@sb/core';

import { seccompError } from '../errors.js';
import { policy } from './policy.js';
import type { SeccompOptions, SeccompPolicy } from './options.js';

/** The longest document that is read, in UTF-16 code units. */
const documentMax = 1 << 20;

/** The deepest nesting that is read; a policy needs five levels. */
const depthMax = 8;

/**
 * Reads a policy from a JSON document, for instance a file. The keys are those of {@link SeccompOptions}; 64-bit
 * numbers are strings such as `"0xffffffffffffffff"`.
 *
 * @param text - at most 1 MiB, nested at most eight deep
 * @throws SeccompError `invalid-policy`, `unknown-syscall`, `unknown-group`; `path` is the place in the document, for
 *   instance `rules[0].when[1].value`, or `(document)` where it is no JSON at all
 */
export function parsePolicy(text: string): SeccompPolicy {
  if (text.length > documentMax) throw bad(`has ${text.length} characters`, `At most ${documentMax} are read.`);
  if (isDeep(text)) throw bad(`is nested deeper than ${depthMax}`, 'A policy needs five levels.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw bad(`is no JSON: ${cause instanceof Error ? cause.message : 'unknown cause'}`, 'Correct it.', cause);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw bad(`has the key ${twice} twice in one object`, 'Leave one of them out.');
  return policy(document as SeccompOptions);
}

/** Counts brackets outside of strings, before anything recursive sees the text. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > depthMax) return true;
  }
  return false;
}

function bad(what: string, hint: string, cause?: unknown): Error {
  const path = '(document)';
  return seccompError('invalid-policy', 'parse', { what: `${path} ${what}`, hint, path, cause });
}
