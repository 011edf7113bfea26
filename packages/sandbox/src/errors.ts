import type { CapsErrorCode } from '@sb/caps';
import { type CommonErrorCode, type ErrorDetails, isSandboxError as isOfAnyLayer, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';
import type { FilesErrorCode } from '@sb/files';
import type { LandlockErrorCode } from '@sb/landlock';
import type { PrivdropErrorCode } from '@sb/privdrop';
import type { SeccompErrorCode } from '@sb/seccomp';

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

/** Every code that an error of a sandbox may have: this package's and its layers'. */
export type SandboxErrorCode =
  | SandboxPackageErrorCode
  | CapsErrorCode
  | FilesErrorCode
  | LandlockErrorCode
  | PrivdropErrorCode
  | SeccompErrorCode;

/**
 * Tells whether a value is an error of a sandbox or of one of its layers, also of another copy of this package.
 *
 * @param value - anything, usually what a `catch` caught
 */
export function isSandboxError(value: unknown): value is SandboxError<SandboxErrorCode> {
  return isOfAnyLayer(value);
}

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
