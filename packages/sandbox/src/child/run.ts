import type { Readable, Writable } from 'node:stream';

import { letGo, type SandboxedProcess } from './child.js';
import { abortError, type EndingOptions } from './ending.js';
import type { ExecFileError, RunResult } from './run-options.js';
import { usageOf } from './usage.js';

/** A child that is run to its end. */
export interface RunningChild {
  readonly child: SandboxedProcess;
  readonly input: string | Uint8Array | undefined;
  readonly maxBuffer: number;
  /** From its start. */
  readonly options: Pick<EndingOptions, 'timeout' | 'signal'>;
}

/**
 * Reads the output of a child until the child, and every process that has its streams, has ended.
 *
 * @throws SandboxError if it never ran; AbortError; Error `ERR_CHILD_PROCESS_STDIO_MAXBUFFER` for too much output
 */
export async function runToEnd({ child, input, maxBuffer, options }: RunningChild): Promise<RunResult> {
  const usage = usageOf(child);
  let failure: unknown;
  child.on('error', (error) => {
    failure ??= error;
  });
  // As execFile of child_process: after a child was ended, its descendants are not waited for.
  const stopWaiting = endWaiting(child, options, (error) => {
    failure ??= error;
  });
  child.once('exit', () => {
    if (failure !== undefined || child.killed || child.timedOut) letGo(child);
  });
  const collect = (stream: Readable | null, name: string): (() => string) => {
    const parts: Buffer[] = [];
    let length = 0;
    stream?.on('data', (part: Buffer) => {
      length += part.length;
      if (length <= maxBuffer) parts.push(part);
      else if (failure === undefined) {
        failure = tooLong(name, maxBuffer);
        void child[Symbol.asyncDispose]();
        letGo(child);
      }
    });
    return () => Buffer.concat(parts).toString();
  };
  const [stdout, stderr] = [collect(child.stdout, 'stdout'), collect(child.stderr, 'stderr')];
  feed(child.stdin, input);
  const [exitCode, signal] = await new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (...end: [number | null, NodeJS.Signals | null]) => resolve(end));
  });
  stopWaiting();
  // A child that was aborted before it ran has two errors. The abort by the caller comes first, as in child_process.
  const enforcement = await child.enforcement.catch((error: unknown) => {
    throw failure ?? error;
  });
  if (failure !== undefined) throw failure;
  const { timedOut, reachedLimits } = child;
  return { stdout: stdout(), stderr: stderr(), exitCode, signal, timedOut, reachedLimits, enforcement, usage: usage() };
}

/**
 * After a program has ended, a descendant may continue with its streams: timeout and signal apply to it as well.
 *
 * @param fail - called after an abort
 * @returns a function that stops the waiting, after everything has ended
 */
function endWaiting(
  child: SandboxedProcess,
  { timeout, signal }: RunningChild['options'],
  fail: (error: Error) => void,
): () => void {
  const hasEnded = (): boolean => (child.exitCode ?? child.signalCode) !== null;
  const late = (): void => {
    if (hasEnded()) letGo(child);
  };
  const timer = timeout === undefined || timeout === 0 ? undefined : setTimeout(late, timeout);
  const abort = (): void => {
    if (!hasEnded()) return;
    fail(abortError(signal?.reason));
    letGo(child);
  };
  signal?.addEventListener('abort', abort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
}

/** A program may end before it has read everything, which is not an error. */
function feed(stdin: Writable | null, input: string | Uint8Array | undefined): void {
  stdin?.on('error', () => undefined);
  stdin?.end(input);
}

function tooLong(name: string, maxBuffer: number): Error {
  const error = new RangeError(`${name} has more than ${maxBuffer} bytes. Raise maxBuffer, or use spawn().`);
  return Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
}

/**
 * Makes the error of a failed program, as `child_process` does.
 *
 * @returns undefined for a program that ended with 0
 */
export function failureOf(result: RunResult, words: readonly string[]): ExecFileError | undefined {
  const { exitCode, signal, timedOut, stderr } = result;
  if (exitCode === 0) return undefined;
  const cmd = words.join(' ');
  const how = timedOut ? 'Timed out' : 'Command failed';
  const error = new Error(`${how}: ${cmd}\n${stderr}`);
  const { exitCode: code, ...rest } = result;
  return Object.assign(error, rest, { code, signal, killed: timedOut, cmd });
}
