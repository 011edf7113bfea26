import { type CommonErrorCode, type ErrorDetails, errnoName, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';

import type { SeccompFailure } from './native.js';

/**
 * Codes of this package, beside those of every layer.
 *
 * - `unknown-syscall`: no architecture of Linux has a call of that name.
 * - `unknown-group`: there is no such `@group`.
 * - `invalid-call`: a simulated call is none that a kernel could see.
 * - `program-too-long`: the filter would exceed the kernel's 4,096 instructions.
 * - `no-program`: the policy was not made for this machine's architecture.
 * - `no-supervisor`: the policy notifies a supervisor, and nothing here would answer.
 * - `io-uring-in-use`: the policy denies io_uring, and this process has one in use (Node 22 and later): it would abort.
 * - `not-proved`: a program could not be shown to do what its policy says, so it is not handed out.
 * - `invalid-program`: the bytes are no filter that a kernel would take.
 * - `invalid-profile`: a profile of another kind is at fault.
 * - `too-complex`: an exact answer would take too long.
 * - `inexpressible`: no policy, or no profile of another kind, says exactly that.
 * - `thread-blocked`: a thread has a filter of its own, so the kernel changed none of them.
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

/** A {@link SandboxError} of this layer. `path` names the place in the policy where one is at fault. */
export type SeccompError = SandboxError<SeccompErrorCode>;

/** Builds an error of this layer. */
export function seccompError(code: SeccompErrorCode, step: string, details: ErrorDetails): SeccompError {
  return new SandboxError<SeccompErrorCode>({ code, layer: 'seccomp', step, ...details });
}

/** Refuses a value of a policy, naming its place, for instance `rules[0].when[1].value`. */
export function invalid(path: string, what: string, hint: string): SeccompError {
  return seccompError('invalid-policy', 'policy', { what: `${path} ${what}`, hint, path });
}

/** Where options and policies begin; keys of their own stand alone in a path. */
export function documentPlace(): Place {
  return new Place('', ({ path, what, hint }) => {
    throw invalid(path === '' ? 'policy' : path, what, hint);
  });
}

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Set no_new_privs first; without it the kernel asks for CAP_SYS_ADMIN (seccomp(2)).',
  EPERM: 'A filter that is already loaded forbids seccomp(2), or no_new_privs could not be set.',
  ENOMEM: 'The filters of this thread together exceed 32,768 instructions, or memory is short. Load fewer.',
  ENOSYS: 'This kernel or a filter above has no seccomp(2); Linux 3.17 with CONFIG_SECCOMP_FILTER has.',
};

/** Turns a failed native step into an error with its cause and remedy. */
export function nativeError({ step, syscall, errno: number }: SeccompFailure): SeccompError {
  const errno = errnoName(number);
  if (step === 'prove') {
    return seccompError('verification-failed', step, {
      what: 'the filter is not in force, though seccomp reported success',
      hint: 'A filter above, a supervisor or an emulator may be answering in the place of the kernel: let seccomp(2) through there, or run elsewhere. End this process: nothing is filtered.',
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
