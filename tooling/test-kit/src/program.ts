import { spawn, type SpawnOptions } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { patience } from './expected-kernel.js';

/** How a program ended. */
export interface ProgramResult {
  /** Exit status, or null if a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link runProgram}, beside those of `spawn`. */
export interface ProgramOptions extends Omit<SpawnOptions, 'stdio'> {
  /** Descriptors of this process that the program gets as 3, 4, … */
  readonly descriptors?: readonly number[];
  /** Milliseconds until it is killed, on a real machine; more in an emulated one. Default: 15,000. */
  readonly timeout?: number;
}

/**
 * Runs a program to its end and collects what it printed. Standard input is empty.
 *
 * @throws the error of `spawn` if it can't be started
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const { descriptors = [], timeout = 15_000, ...rest } = options;
  const child = spawn(file, args, {
    ...rest,
    timeout: timeout * patience,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
  });
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve([status, signal]));
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('spawn gave no pipes');
  const [[status, signal], out, err] = await Promise.all([ended, text(stdout), text(stderr)]);
  return { status, signal, stdout: out, stderr: err };
}
