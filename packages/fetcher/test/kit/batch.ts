import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { compileFixture } from '@sb/test-kit';

import type { DownloadRequest, FetcherOptions } from '../../src/request/options.js';

/** How a batch is run that has a process of its own. */
export interface BatchProgram {
  readonly requests: readonly DownloadRequest[];
  readonly options?: FetcherOptions;
  /** A program with arguments that starts it, for instance prlimit(1). */
  readonly prefix?: readonly string[];
  /** Arguments of Node. */
  readonly nodeOptions?: readonly string[];
}

/** A batch that runs in a process of its own: in the end its outcomes, as `CODE: MESSAGE` or `done`. */
export interface RunningBatch {
  readonly child: ChildProcess;
  /** Undefined if it ended without a word. */
  readonly outcomes: Promise<readonly string[] | undefined>;
}

let program: string | undefined;

/** Starts a batch in a process of its own. */
export function startBatch({ requests, options, prefix = [], nodeOptions = [] }: BatchProgram): RunningBatch {
  program ??= compileFixture(new URL('../fixtures/batch.ts', import.meta.url));
  const input = JSON.stringify({ options: { user: 'nobody', ...options }, requests });
  const [file, ...args] = [...prefix, process.execPath, ...nodeOptions, program, input] as const;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 50_000, killSignal: 'SIGKILL' });
  const outcomes = text(child.stdout).then((words) => (words === '' ? undefined : (JSON.parse(words) as string[])));
  return { child, outcomes };
}

/** Runs a batch in a process of its own, to its end. */
export async function runBatch(batch: BatchProgram): Promise<readonly string[] | undefined> {
  return await startBatch(batch).outcomes;
}
