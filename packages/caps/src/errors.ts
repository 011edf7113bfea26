import { type CommonErrorCode, type ErrorDetails, errnoName, type NativeFailure, SandboxError } from '@sb/core';
import { Place } from '@sb/core/document';

/**
 * The codes of this package, in addition to those of every layer.
 *
 * - `unknown-capability`: no capability has that name.
 * - `invalid-text`: not a text form of libcap (`cap_text_formats(7)`, `cap_iab(3)`).
 * - `invalid-attribute`: the form of a file's `security.capability` is unknown to `capabilities(7)`.
 * - `invalid-pid`: not the number of a process.
 * - `worker-thread`: called in a worker thread; only the main thread may change the process.
 */
export type CapsErrorCode =
  | CommonErrorCode
  | 'unknown-capability'
  | 'invalid-text'
  | 'invalid-attribute'
  | 'invalid-pid'
  | 'worker-thread';

/** A {@link SandboxError} of this layer. */
export type CapsError = SandboxError<CapsErrorCode>;

/** Builds an error of this layer. */
export function capsError(code: CapsErrorCode, step: string, details: ErrorDetails): CapsError {
  return new SandboxError<CapsErrorCode>({ code, layer: 'caps', step, ...details });
}

/**
 * Returns the place at which a document of this layer begins.
 *
 * @param name - its name in errors: `options`, `policy`
 */
export function documentPlace(name: string): Place {
  return new Place(name, ({ path, what, hint }) => {
    throw capsError('invalid-policy', 'policy', { what: `${path} ${what}`, hint, path });
  });
}

const endIt = 'End this process: some of its threads may have other capabilities than the rest.';

/** The meaning of a failed step and the remedy, for steps whose errno alone does not say it. */
const explanations: Readonly<Record<string, string>> = {
  no_new_privs: 'The kernel always allows it, so an earlier system-call filter denies it.',
  inheritable: 'Inheritable capabilities must be permitted and in the bounding set.',
  'drop-bounding': 'It needs CAP_SETPCAP on every thread, before the user changes.',
  securebits: 'It needs CAP_SETPCAP, either before the user changes or permitted afterwards.',
  'keep-capabilities': 'The securebit keep_caps may be locked.',
  'raise-ambient': 'An ambient capability must be permitted and inheritable, and raising must not be locked.',
  capset: 'What is kept must be permitted on every thread; a change of user without keep_caps removes it.',
  threads: 'Not every thread could be reached.',
};

/** Turns a failed native step into an error with its cause and remedy. */
export function nativeError({ step, syscall, errno: number }: NativeFailure): CapsError {
  const errno = errnoName(number);
  if (step === 'record') {
    return capsError('invalid-policy', step, {
      what: 'the record is malformed or contradicts itself',
      hint: 'Nothing was changed. Use the record of plan() as it is.',
      errno,
    });
  }
  if (step === 'verify' || step === 'regain') {
    const call = syscall ?? 'a system call';
    return capsError('verification-failed', step, {
      what:
        step === 'verify' ? `${call} reads back a value that was not asked for` : `${call} could still regain rights`,
      hint: 'End this process: its rights are unknown.',
      syscall,
      errno,
    });
  }
  const why = explanations[step];
  return capsError(errno === 'EPERM' ? 'not-permitted' : 'syscall-failed', step, {
    what: `${step} failed: ${syscall === undefined ? '' : `${syscall}: `}${errno}`,
    hint: why === undefined ? endIt : `${why} ${endIt}`,
    syscall,
    errno,
  });
}
