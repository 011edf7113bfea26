import { type CommonErrorCode, type ErrorDetails, errnoName, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';

import type { SeccompFailure } from './native.js';

/**
 * Codes of this package, in addition to those of every layer.
 *
 * - `unknown-syscall`: no architecture of Linux has a call of that name.
 * - `unknown-group`: the `@group` does not exist.
 * - `invalid-call`: no kernel could see the simulated call.
 * - `program-too-long`: the filter would exceed the kernel's 4,096 instructions.
 * - `no-program`: the policy was not made for this machine's architecture.
 * - `no-supervisor`: the policy notifies a supervisor, but none would answer.
 * - `io-uring-in-use`: the policy denies io_uring, and this process has one in use (Node 22 and later): it would abort.
 * - `not-proved`: a program could not be proved to do what its policy says, so it is not returned.
 * - `invalid-program`: the kernel would refuse the bytes as a filter.
 * - `invalid-profile`: a profile in another format is invalid.
 * - `too-complex`: an exact answer would take too long.
 * - `inexpressible`: no policy, or no profile in another format, can express exactly that.
 * - `thread-blocked`: a thread has its own filter, so the kernel changed no thread.
 */
export type SeccompErrorCode =
  | CommonErrorCode
  | 'unknown-syscall'
  | 'unknown-group'
  | 'invalid-call'
  | 'program-too-long'
  | 'no-program'
  | 'no-supervisor'
  | 'io-uring-in-use'
  | 'not-proved'
  | 'invalid-program'
  | 'invalid-profile'
  | 'too-complex'
  | 'inexpressible'
  | 'thread-blocked';

/** A {@link SandboxError} of this layer. If a value of the policy is invalid, `path` is its place. */
export type SeccompError = SandboxError<SeccompErrorCode>;

/** Builds an error of this layer. */
export function seccompError(code: SeccompErrorCode, step: string, details: ErrorDetails): SeccompError {
  return new SandboxError<SeccompErrorCode>({ code, layer: 'seccomp', step, ...details });
}

/** Refuses a value of a policy, naming its place, for instance `rules[0].when[1].value`. */
export function invalid(path: string, what: string, hint: string): SeccompError {
  return seccompError('invalid-policy', 'policy', { what: `${path} ${what}`, hint, path });
}

/** Where options and policies start; their keys stand alone in a path. */
export function documentPlace(): Place {
  return new Place('', ({ path, what, hint }) => {
    throw invalid(path === '' ? 'policy' : path, what, hint);
  });
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Set no_new_privs first; without it the kernel requires CAP_SYS_ADMIN (seccomp(2)).',
  EPERM: 'A filter that is already loaded forbids seccomp(2), or no_new_privs could not be set.',
  ENOMEM: 'The filters of this thread together exceed 32,768 instructions, or memory is short. Load fewer.',
  ENOSYS:
    'This kernel or an outer filter does not provide seccomp(2). Use Linux 3.17 or later with CONFIG_SECCOMP_FILTER.',
};

/** Returns an error with cause and remedy for a failed native step. */
export function nativeError({ step, syscall, errno: number }: SeccompFailure): SeccompError {
  const errno = errnoName(number);
  if (step === 'prove') {
    return seccompError('verification-failed', step, {
      what: 'the filter is not in force, though seccomp reported success',
      hint: 'An outer filter, a supervisor or an emulator may answer instead of the kernel. Permit seccomp(2) there, or run elsewhere. End this process: nothing is filtered.',
      syscall,
    });
  }
  const code = errno === 'EACCES' || errno === 'EPERM' ? 'not-permitted' : 'syscall-failed';
  return seccompError(code, step, {
    what: syscall === undefined ? `${step} was refused: ${errno}` : `${syscall} failed: ${errno}`,
    hint: hints[errno] ?? 'Nothing was restricted. Report this with the kernel version.',
    syscall,
    errno,
  });
}
