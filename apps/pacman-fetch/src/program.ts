import { refuseInspector, systemReason } from '@sb/core';

import { exitStatus, failureFrom } from './errors.js';
import { forgetNodeVariables } from './node-variables.js';
import { charsetOf, type ColorChoice, wantsColor } from './ui/environment.js';
import { message } from './ui/messages.js';

/** What a program may decide while it runs. */
export interface Running {
  /** How errors are coloured. Those before the command line is parsed are coloured by the default. */
  color: ColorChoice;
  /** Ends the process at once. Default: the process ends when it has nothing left to wait for. */
  endNow: ((status: number) => never) | undefined;
}

/** Set if output is lost because the disk is full. A reader that is gone does not change the result. */
let isSomethingLost = false;

/**
 * Prepares this process: nobody can debug it or replace parts of its Node, and lost output is noticed. Call it before the first
 * use of `process.stdout` and `process.stderr`.
 */
export function prepareProcess(): void {
  // A process that switches to another user can be sent signals by all processes of that user.
  refuseInspector();
  forgetNodeVariables();
}

/**
 * Runs a program, reports why it fails, and ends with its status.
 *
 * @param main - returns the exit status; throws FetchError whose kind is the exit status
 */
export async function runProgram(main: (running: Running) => Promise<number>): Promise<void> {
  noticeLoss();
  // If nothing is left to wait for, although the work is not done.
  process.exitCode = exitStatus.download;
  const running: Running = { color: 'auto', endNow: undefined };
  try {
    end(await main(running), running);
  } catch (error) {
    const known = failureFrom(error);
    const { env, stderr } = process;
    const style = { color: wantsColor(running.color, stderr.isTTY, env), charset: charsetOf(env) };
    stderr.write(message('error', { text: known.message, hint: known.hint }, style));
    end(exitStatus[known.kind], running);
  }
}

/** The streams are made when they are first used: that takes as long as reading the configuration. */
function noticeLoss(): void {
  whenUsed('stderr', () => {});
  whenUsed('stdout', (error) => {
    if (error.code === 'EPIPE' || isSomethingLost) return;
    isSomethingLost = true;
    process.exitCode = withLoss(Number(process.exitCode ?? exitStatus.done));
    process.stderr.write(`error: cannot write all output to standard output: ${systemReason(error)}\n`);
  });
}

function whenUsed(name: 'stdout' | 'stderr', onError: (error: NodeJS.ErrnoException) => void): void {
  const own = Object.getOwnPropertyDescriptor(process, name);
  const get = own?.get?.bind(process) as (() => NodeJS.WriteStream) | undefined;
  if (own === undefined || get === undefined) {
    process[name].on('error', onError);
    return;
  }
  Object.defineProperty(process, name, {
    ...own,
    get: () => {
      Object.defineProperty(process, name, own);
      return get().on('error', onError);
    },
  });
}

/** A reader must learn that a document is incomplete. */
function withLoss(status: number): number {
  return isSomethingLost && status === exitStatus.done ? exitStatus.file : status;
}

/** As a rule, output to a pipe is written by then (process I/O of Node). Output that is not written is waited for. */
function end(status: number, { endNow }: Running): void {
  process.exitCode = withLoss(status);
  if (endNow === undefined || process.stdout.writableLength + process.stderr.writableLength > 0) return;
  try {
    endNow(withLoss(status));
  } catch {
    // The native part is missing, and an error has said so. The process ends as usual.
  }
}
