import { isSandboxError, lateOs } from '@sb/core';

/** The attempt of `--why` is denied. */
export const denied = 1;
/** A layer failed, or the command line is wrong, as in `env(1)`. */
export const failed = 125;
/** The program exists and cannot be executed (`sh(1)`, "Exit Status"). */
const notExecutable = 126;
/** The program does not exist. */
const notFound = 127;
/** Added to the number of the signal that ended the program. */
const bySignal = 128;

/** The status for a program that was not run. */
export function statusOfError(error: unknown): number {
  if (!isSandboxError(error)) return failed;
  if (error.code === 'not-found') return notFound;
  return error.code === 'not-executable' ? notExecutable : failed;
}

/**
 * The status for a program that ended.
 *
 * @param code - from `child_process`, which has no name for real-time signals and reports 0 for a program that one of
 *   them ended
 * @param signal - from `child_process`
 * @param death - number of the signal as the kernel reports it, if that is known; 0 for none
 */
export function statusOfEnd(code: number | null, signal: NodeJS.Signals | null, death = 0): number {
  if (signal !== null) return statusOfSignal(signal);
  return death === 0 ? (code ?? failed) : bySignal + death;
}

/** The status for the end by a signal. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return bySignal + lateOs().constants.signals[signal];
}
