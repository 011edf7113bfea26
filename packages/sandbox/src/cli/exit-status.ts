import { constants } from 'node:os';

import { isSandboxError } from '@sb/core';

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
 * The status for a program that ended, as `child_process` tells it. Node has no name for real-time signals and reports
 * a program that one of them ended as status 0; that can't be told apart here.
 */
export function statusOfEnd(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? failed) : statusOfSignal(signal);
}

/** The status for the end by a signal. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return bySignal + constants.signals[signal];
}
