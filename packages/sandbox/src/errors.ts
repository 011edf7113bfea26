import { type CommonErrorCode, type ErrorDetails, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';

/**
 * Codes of this package, beside those of every layer.
 *
 * - `launcher-missing`: the launcher's program isn't there or can't be executed.
 * - `not-found`: the target doesn't exist, or is on no folder of the sandbox's PATH.
 * - `not-executable`: the target is there and can't be executed.
 * - `launcher-lost`: the launcher ended without a word, as when something kills it. The target may not have run.
 * - `aborted`: the child was ended before it became the target.
 */
export type SandboxPackageErrorCode =
  | CommonErrorCode
  | 'launcher-missing'
  | 'not-found'
  | 'not-executable'
  | 'launcher-lost'
  | 'aborted';

/** Builds an error of this package. */
export function sandboxError(
  code: SandboxPackageErrorCode,
  step: string,
  details: ErrorDetails,
): SandboxError<SandboxPackageErrorCode> {
  return new SandboxError({ code, layer: 'sandbox', step, ...details });
}

/** Refuses options that contradict themselves or mean nothing; `path` is the place in the options. */
export function refuse(path: string, what: string, hint: string): never {
  throw sandboxError('invalid-policy', 'policy', { what: `${path} ${what}`, hint, path });
}

/**
 * Where options of this package begin; keys stand alone in a path.
 *
 * @param name - what errors call the whole: `policy`, `options`
 */
export function documentPlace(name: string): Place {
  return new Place('', ({ path, what, hint }) => refuse(path === '' ? name : path, what, hint));
}
