import { constants } from 'node:os';

import { isSandboxError } from '@sb/core';

/** An attempt is denied that `--why` asks about. */
export const denied = 1;
/** A layer failed, or the command line is wrong, as of `env(1)`. */
export const failed = 125;
/** The program is there and can't be executed (`sh(1)`, "Exit Status"). */
const notExecutable = 126;
/** The program isn't there. */
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
 * @param code - as `child_process` tells it, which has no name for real-time signals and says 0 of a program that one
 *   of them ended
 * @param signal - as `child_process` tells it
 * @param death - number of the signal by the kernel's own word, if that is known; 0 for none
 */
export function statusOfEnd(code: number | null, signal: NodeJS.Signals | null, death = 0): number {
  if (signal !== null) return statusOfSignal(signal);
  return death === 0 ? (code ?? failed) : bySignal + death;
}

/** The status for the end by a signal. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return bySignal + constants.signals[signal];
}
