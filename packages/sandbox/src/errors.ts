import type { CapsErrorCode } from '@sb/caps';
import { type CommonErrorCode, type ErrorDetails, isSandboxError as isOfAnyLayer, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';
import type { FilesErrorCode } from '@sb/files';
import type { LandlockErrorCode } from '@sb/landlock';
import type { PrivdropErrorCode } from '@sb/privdrop';
import type { SeccompErrorCode } from '@sb/seccomp';

/**
 * The codes of this package, in addition to those of every layer.
 *
 * - `launcher-missing`: the launcher's program is missing or cannot be executed.
 * - `not-found`: the target does not exist, or is in no directory of the sandbox's PATH.
 * - `not-executable`: the target exists and cannot be executed.
 * - `launcher-lost`: the launcher ended without a report, for instance because it was killed. The target may not have
 *   run.
 * - `aborted`: the child was ended before it could execute the target.
 */
export type SandboxPackageErrorCode =
  | CommonErrorCode
  | 'launcher-missing'
  | 'not-found'
  | 'not-executable'
  | 'launcher-lost'
  | 'aborted';

/** Every code of an error of a sandbox: this package's and its layers'. */
export type SandboxErrorCode =
  | SandboxPackageErrorCode
  | CapsErrorCode
  | FilesErrorCode
  | LandlockErrorCode
  | PrivdropErrorCode
  | SeccompErrorCode;

/**
 * Returns whether a value is an error of a sandbox or of one of its layers, also of another copy of this package.
 *
 * @param value - anything, usually caught by a `catch`
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

/** Refuses options that contradict each other or mean nothing; `path` is the place in the options. */
export function refuse(path: string, what: string, hint: string): never {
  throw sandboxError('invalid-policy', 'policy', { what: `${path} ${what}`, hint, path });
}

/**
 * Where options of this package begin; keys have no prefix in a path.
 *
 * @param name - the name of the whole in errors: `policy`, `options`
 */
export function documentPlace(name: string): Place {
  return new Place('', ({ path, what, hint }) => refuse(path === '' ? name : path, what, hint));
}
