import { parseProbe, probeArguments, probePath as builtProbe, type ProbeResult } from '@sb/probe';

import { type ProgramOptions, runProgram } from './program.js';
import { reachableProgram } from './stage.js';

/** Path of the probe, where every user can run it. */
export function probePath(): string {
  return reachableProgram(builtProbe(), 'probe');
}

/** One operation of the probe with its arguments, for instance `['setuid', 0]`. */
export type Attempt = readonly [operation: string, ...arguments: (string | number)[]];

/**
 * Runs the probe and tells what the kernel answered to each attempt.
 *
 * @param attempts - what to try, in turn, in one process
 * @param options - options of the process, for instance uid and gid
 * @param program - the probe's file. Default: the built one; give a set-user-ID copy here
 * @throws Error if an attempt was not reported
 */
export async function probe(
  attempts: readonly Attempt[],
  options: ProgramOptions = {},
  program = probePath(),
): Promise<readonly ProbeResult[]> {
  const { stdout, stderr, status, signal } = await runProgram(program, probeArguments(attempts), options);
  if (status !== 0) throw new Error(`the probe ended with ${status ?? signal}: ${stdout}${stderr}`);
  return parseProbe(stdout, attempts.length);
}
