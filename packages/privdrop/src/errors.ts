import { type CommonErrorCode, type ErrorDetails, errnoName, type NativeFailure, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';

/**
 * The codes of this package, in addition to those of every layer.
 *
 * - `unknown-user`, `unknown-group`: the system's name service has no such entry.
 * - `invalid-name`: an empty name, a number written as a name, `-1`, or a name with characters that no entry can have.
 * - `root-target`: the target has uid 0 or gid 0, or its groups contain gid 0; that would not drop privileges.
 * - `uid-without-gid`: a uid without an entry was given, and no group.
 * - `setgroups-denied`: this user namespace forbids `setgroups(2)`, so inherited groups cannot be cleared.
 * - `not-mapped`: the id does not exist in this user namespace.
 * - `worker-thread`: called in a worker thread; only the main thread may change the process.
 */
export type PrivdropErrorCode =
  | CommonErrorCode
  | 'unknown-user'
  | 'unknown-group'
  | 'invalid-name'
  | 'root-target'
  | 'uid-without-gid'
  | 'setgroups-denied'
  | 'not-mapped'
  | 'worker-thread';

/** A {@link SandboxError} of this layer. */
export type PrivdropError = SandboxError<PrivdropErrorCode>;

/** Builds an error of this layer. */
export function privdropError(code: PrivdropErrorCode, step: string, details: ErrorDetails): PrivdropError {
  return new SandboxError<PrivdropErrorCode>({ code, layer: 'privdrop', step, ...details });
}

/**
 * Returns the place at which a document of this layer begins.
 *
 * @param name - its name in errors: `options`, `policy`, `user`
 */
export function documentPlace(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    throw privdropError('invalid-policy', 'policy', { what: `${path} ${what}`, hint, path });
  });
}

/** Turns a failed native step into an error with its cause and remedy. */
export function nativeError(failure: NativeFailure): PrivdropError {
  const { step, syscall } = failure;
  const errno = errnoName(failure.errno);
  if (step === 'verify' || step === 'regain') {
    const way =
      syscall === undefined
        ? 'the ids that were read back differ from those set'
        : `${syscall} could still be used to regain ids`;
    return privdropError('verification-failed', step, {
      what: step === 'verify' ? 'the ids or groups that were read back are not those asked for' : way,
      hint: 'End this process: its rights are unknown. Capabilities that survive a change of user cause this; drop them first.',
      syscall,
      errno,
    });
  }
  if (errno === 'EINVAL' && syscall !== undefined) {
    return privdropError('not-mapped', step, {
      what: `${syscall} failed: EINVAL: the id does not exist in this user namespace`,
      hint: 'Map it (/proc/self/uid_map, /proc/self/gid_map), or choose a mapped user. End this process: it may have changed only some of its ids.',
      syscall,
      errno,
    });
  }
  const code = errno === 'EPERM' ? 'not-permitted' : 'syscall-failed';
  return privdropError(code, step, {
    what: `${syscall ?? step} failed: ${errno}`,
    hint: 'End this process: it may have changed only some of its ids.',
    syscall,
    errno,
  });
}
