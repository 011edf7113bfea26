import { type CommonErrorCode, type ErrorDetails, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';

/**
 * The codes of this package, in addition to those of every layer.
 *
 * - `disabled-at-boot`: the kernel has Landlock, and its boot parameters do not enable it.
 * - `path-missing`: the path of a rule does not exist, and the rule is not optional.
 * - `untrusted-path`: the path of a rule has a symbolic link that another user, or the restricted program itself, may have
 *   put there. Or the path changes while it is read.
 * - `wrong-file-type`: the rights of a rule need a directory, and its path leads to another file.
 * - `too-many-layers`: sixteen rulesets are in force already, the kernel's limit.
 * - `threads-unreachable`: not every thread could be restricted.
 * - `worker-thread`: called in a worker thread; only the main thread may restrict the process.
 */
export type LandlockErrorCode =
  | CommonErrorCode
  | 'disabled-at-boot'
  | 'path-missing'
  | 'untrusted-path'
  | 'wrong-file-type'
  | 'too-many-layers'
  | 'threads-unreachable'
  | 'worker-thread';

/** A {@link SandboxError} of this layer. */
export type LandlockError = SandboxError<LandlockErrorCode>;

/** Builds an error of this layer. */
export function landlockError(code: LandlockErrorCode, step: string, details: ErrorDetails): LandlockError {
  return new SandboxError<LandlockErrorCode>({ code, layer: 'landlock', step, ...details });
}

/** Refuses options that contradict themselves or can have no effect. */
export function refuse(what: string, hint: string, step = 'policy'): never {
  throw landlockError('invalid-policy', step, { what, hint });
}

/**
 * Returns the place at which a document of this layer begins.
 *
 * @param name - its name in errors; empty if keys have no prefix
 */
export function documentPlace(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    throw landlockError('invalid-policy', 'policy', { what: `${path === '' ? 'policy' : path} ${what}`, hint, path });
  });
}
