import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { clauseOf, errorCode, isSandboxError } from '@sb/core';
import { createSandbox, type SandboxedProcess, type SandboxOptions, type SandboxReport } from '@sb/sandbox';

import type { Frame, Order, Work } from '../channel/messages.js';
import { tooFew } from './descriptor-budget.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { FrameReader, type Piece, WorkerLied } from '../channel/frames.js';
import { type ChannelEvents, WorkerChannel } from './worker-channel.js';
import type { Stop, WorkerEnd } from './worker-end.js';

const maxStderr = 4096;

/**
 * Milliseconds after a worker's end in which what it has sent is read. Then nothing more is: another process of its user
 * may have taken its end of the channel (pidfd_getfd(2)), and would be waited for without end.
 */
const restGrace = 2000;

/**
 * Arguments of the worker's Node. undici's parser of HTTP is WebAssembly: V8's optimizing compiler takes more time for it
 * than it saves in a batch, and a process that ends waits for it.
 */
const nodeFlags = ['--liftoff-only', '--input-type=module', ...noDebugger()];

/** Others of the worker's user may send SIGUSR1 while Node starts, by which it would open its inspector. */
function noDebugger(): readonly string[] {
  const flag = '--disable-sigusr1';
  return process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : [];
}

/** The worker as its parent sees it. */
export class WorkerProcess {
  readonly #child: SandboxedProcess;
  readonly #channel: WorkerChannel;
  readonly ended: Promise<WorkerEnd>;
  #lie: string | undefined;
  #stop: Stop | undefined;
  #stderr = '';

  /**
   * Starts the worker in a sandbox. Its program is its standard input: the worker's user needs no right to read it
   * where it lies, for instance below /root.
   *
   * @param sandbox - what it is confined by
   * @param files - descriptors of the sources to read, and of the certificates to trust
   * @param onItem - told of each frame, and of the bytes behind it; throws WorkerLied for one that can't be true
   * @throws FetcherError `sandbox`
   */
  constructor(sandbox: SandboxOptions, files: WorkerFiles, onItem: (item: Frame | Piece) => void) {
    const program = openProgram(files.program ?? fileURLToPath(new URL('worker.js', import.meta.url)));
    try {
      const onError = (bytes: Buffer): void => {
        if (this.#stderr.length < maxStderr) this.#stderr += bytes.toString('latin1').slice(0, maxStderr);
      };
      this.#channel = openChannel({ onBytes: this.#reader(onItem), onError });
    } catch (error) {
      closeSync(program);
      throw error;
    }
    const { orders, frames, errors } = this.#channel.childs;
    try {
      this.#child = createSandbox(sandbox).spawn(process.execPath, [...nodeFlags, '-'], {
        // Who had its channel could speak in its place: where it can't have a private group.
        undumpable: true,
        stdio: [program, 'ignore', errors, orders, frames, files.certificates ?? 'ignore', ...files.descriptors],
      });
      // The rejection of `enforcement` says the same.
      this.#child.on('error', () => {});
      requireStarted(this.#child);
    } catch (error) {
      this.#channel.destroy();
      throw asFetcherError(error);
    } finally {
      closeSync(program);
      this.#channel.handedOver();
    }
    this.ended = this.#end();
  }

  /**
   * What is in force, read back.
   *
   * @throws FetcherError `sandbox`; then nothing of the worker has run, or it was ended
   */
  async enforcement(): Promise<SandboxReport> {
    return await this.#child.enforcement.catch((error: unknown) => {
      throw asFetcherError(error);
    });
  }

  /** Tells it what to download. */
  send(work: Work): void {
    this.#channel.write(work);
  }

  /** Tells it something later. */
  order(order: Order): void {
    this.#channel.write(order);
  }

  /** The worker did what no honest one does: ends it and keeps why. */
  accuse(lie: string): void {
    this.#lie ??= lie;
    this.kill();
  }

  /** Ends it without a reproach. */
  stop(why: Stop): void {
    this.#stop ??= why;
    this.kill();
  }

  /** Ends it at once; it can't have started anything. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #reader(onItem: (item: Frame | Piece) => void): (bytes: Buffer) => void {
    const reader = new FrameReader();
    return (bytes) => {
      if (this.#lie !== undefined) return;
      try {
        for (const item of reader.read(bytes, performance.now())) onItem(item);
      } catch (error) {
        if (!(error instanceof WorkerLied)) throw error;
        this.accuse(error.message);
      }
    };
  }

  async #end(): Promise<WorkerEnd> {
    const child = this.#child;
    let rest: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      rest = setTimeout(() => {
        this.#channel.destroy();
      }, restGrace);
    });
    const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once('close', (...how) => resolve(how));
    });
    await this.#channel.closed;
    clearTimeout(rest);
    // One that was faster has ended for a reason of its own.
    const stop = signal === 'SIGKILL' ? this.#stop : undefined;
    return { status, signal, lie: this.#lie, stop, stderr: this.#stderr };
  }
}

function openChannel(events: ChannelEvents): WorkerChannel {
  try {
    return new WorkerChannel(events);
  } catch (error) {
    const { errno } = error as { readonly errno?: string };
    throw errno === 'EMFILE' || errno === 'ENFILE' ? tooFew(errno, error) : asFetcherError(error);
  }
}

/** What a worker is given. */
export interface WorkerFiles {
  readonly descriptors: readonly number[];
  readonly certificates: number | undefined;
  /** Path of its program; tests put a hostile one here. Default: the one beside this file. */
  readonly program: string | undefined;
}

function openProgram(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const code = errorCode(error) ?? 'unknown';
    if (code === 'EMFILE' || code === 'ENFILE') throw tooFew(code, error);
    const hint = 'Install the package anew.';
    throw new FetcherError('sandbox', `the worker's program ${path} can't be opened: ${code}`, {
      path,
      hint,
      cause: error,
    });
  }
}

/** Where there are too few descriptors for what it takes to start a child, Node has none (`child_process`). */
function requireStarted(child: SandboxedProcess): void {
  const stdio = child.stdio as SandboxedProcess['stdio'] | undefined;
  if (stdio !== undefined) return;
  // The same is told by what is thrown here.
  child.enforcement.catch(() => {});
  throw tooFew('EMFILE');
}

function asFetcherError(error: unknown): unknown {
  if (isSandboxError(error)) return new FetcherError('sandbox', clauseOf(error), { hint: error.hint, cause: error });
  const code = errorCode(error);
  return code === 'EMFILE' || code === 'ENFILE' ? tooFew(code, error) : error;
}
