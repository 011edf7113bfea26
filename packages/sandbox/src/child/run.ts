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
  /** As of its start. */
  readonly options: Pick<EndingOptions, 'timeout' | 'signal'>;
}

/**
 * Reads what a child writes until it has ended, and everybody who has its streams.
 *
 * @throws SandboxError where it never ran; AbortError; Error `ERR_CHILD_PROCESS_STDIO_MAXBUFFER` where it wrote too much
 */
export async function runToEnd({ child, input, maxBuffer, options }: RunningChild): Promise<RunResult> {
  const usage = usageOf(child);
  let failure: unknown;
  child.on('error', (error) => {
    failure ??= error;
  });
  // As execFile of child_process does: who was ended is waited for, and its descendants are not.
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
  // Of one that was aborted before it ran there are two errors: what the caller did comes first, as of child_process.
  const enforcement = await child.enforcement.catch((error: unknown) => {
    throw failure ?? error;
  });
  if (failure !== undefined) throw failure;
  const { timedOut } = child;
  return { stdout: stdout(), stderr: stderr(), exitCode, signal, timedOut, enforcement, usage: usage() };
}

/**
 * Of a program that has ended itself a descendant may go on, with its streams: time and signal count for them as well.
 *
 * @param fail - told that it was aborted
 * @returns what forgets it, once all has ended
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

/** A program may end before it has read all: that is its own business. */
function feed(stdin: Writable | null, input: string | Uint8Array | undefined): void {
  stdin?.on('error', () => undefined);
  stdin?.end(input);
}

function tooLong(name: string, maxBuffer: number): Error {
  const error = new RangeError(`${name} has more than ${maxBuffer} bytes. Raise maxBuffer, or use spawn().`);
  return Object.assign(error, { code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
}

/**
 * The error of a program that failed, as `child_process` makes it.
 *
 * @returns undefined for one that ended with 0
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
