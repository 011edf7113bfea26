import { clauseOf, clockNow, errorCode, isSandboxError } from '@sb/core';
import type { SandboxedProcess, SandboxOptions, SandboxReport } from '@sb/sandbox';
import { startProgram } from '@sb/sandbox/start';

import type { Frame, Order, Work } from '../channel/messages.js';
import { tooFew } from './descriptor-budget.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { FrameReader, type Piece, WorkerLied } from '../channel/frames.js';
import { WorkerChannel } from './worker-channel.js';
import type { Stop, WorkerEnd } from './worker-end.js';
import { openWorkerProgram, type WorkerProgram } from './worker-program.js';

const maxStderr = 4096;

/**
 * Milliseconds after a worker's end in which its remaining bytes are read. Then reading stops. Another process of its
 * user may have taken its end of the channel (pidfd_getfd(2)), and reading could wait for that process endlessly.
 */
const restGrace = 2000;

/** The worker as its parent sees it. */
export class WorkerProcess {
  readonly #child: SandboxedProcess;
  readonly #channel: WorkerChannel;
  readonly ended: Promise<WorkerEnd>;
  #lie: string | undefined;
  #stop: Stop | undefined;
  #stderr = '';
  #onItem: (item: Frame | Piece) => void = () => {
    throw new WorkerLied('it reported something before it had work');
  };

  /**
   * Starts the worker in a sandbox. Its program is its standard input, so the worker's user needs no right to read the
   * program's file, for instance below /root.
   *
   * @param sandbox - what it is confined by
   * @param files - descriptors of the sources to read, and of the certificates to trust
   * @throws FetcherError `sandbox`
   */
  constructor(sandbox: SandboxOptions, files: WorkerFiles) {
    using program = openWorkerProgram(files.program);
    const onError = (bytes: Buffer): void => {
      if (this.#stderr.length < maxStderr) this.#stderr += bytes.toString('latin1').slice(0, maxStderr);
    };
    this.#channel = openChannel();
    const { orders, frames, errors } = this.#channel.childs;
    try {
      this.#child = startProgram(sandbox, {
        program: process.execPath,
        args: program.args,
        // A process that took its channel could send in its place, if a private group is not available.
        undumpable: true,
        stdio: [program.descriptor, 'ignore', errors, orders, frames, ...inherited(files, program)],
      });
      // `enforcement` is rejected for the same reason.
      this.#child.on('error', () => {});
      requireStarted(this.#child);
    } catch (error) {
      this.#channel.destroy();
      throw asFetcherError(error);
    } finally {
      this.#channel.handedOver();
    }
    this.#channel.open({ onBytes: this.#reader(), onError });
    this.ended = this.#end();
  }

  /** Whether it has ended, or is ending. */
  get isGone(): boolean {
    return (this.#child.exitCode ?? this.#child.signalCode) !== null || this.#child.killed;
  }

  /**
   * Returns what is in force, read back.
   *
   * @throws FetcherError `sandbox`; then the worker has not run, or was killed
   */
  async enforcement(): Promise<SandboxReport> {
    return await this.#child.enforcement.catch((error: unknown) => {
      throw asFetcherError(error);
    });
  }

  /**
   * Passes on what it sends from now on. Before, it has nothing to say.
   *
   * @param onItem - receives each frame, and the bytes after it; throws WorkerLied for an impossible one
   */
  listen(onItem: (item: Frame | Piece) => void): void {
    this.#onItem = onItem;
  }

  /** Sends it what to download. */
  send(work: Work): void {
    this.#channel.write(work);
  }

  /** Sends it a later order. */
  order(order: Order): void {
    this.#channel.write(order);
  }

  /** Kills the worker because it broke the protocol, and keeps the reason. */
  accuse(lie: string): void {
    this.#lie ??= lie;
    this.kill();
  }

  /** Kills it without an accusation. */
  stop(why: Stop): void {
    this.#stop ??= why;
    this.kill();
  }

  /** Kills it at once; it cannot have started other processes. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #reader(): (bytes: Buffer) => void {
    const reader = new FrameReader();
    return (bytes) => {
      if (this.#lie !== undefined) return;
      try {
        for (const item of reader.read(bytes, clockNow())) this.#onItem(item);
      } catch (error) {
        if (!(error instanceof WorkerLied)) throw error;
        this.accuse(error.message);
      }
    };
  }

  async #end(): Promise<WorkerEnd> {
    const child = this.#child;
    let rest: NodeJS.Timeout | undefined;
    const readRest = (): void => {
      rest ??= setTimeout(() => this.#channel.destroy(), restGrace);
    };
    child.once('exit', readRest);
    const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once('close', (...how) => resolve(how));
    });
    // A launcher that waits for a file system may have been left: it has not ended, and has its end of the channel.
    readRest();
    await this.#channel.read();
    clearTimeout(rest);
    // A worker that ended before that had another reason.
    const stop = signal === 'SIGKILL' ? this.#stop : undefined;
    return { status, signal, lie: this.#lie, stop, stderr: this.#stderr };
  }
}

function openChannel(): WorkerChannel {
  try {
    return new WorkerChannel();
  } catch (error) {
    const { errno } = error as { readonly errno?: string };
    throw errno === 'EMFILE' || errno === 'ENFILE' ? tooFew(errno, error) : asFetcherError(error);
  }
}

/** What a worker gets. */
export interface WorkerFiles {
  readonly descriptors: readonly number[];
  readonly certificates: number | undefined;
  /** Path of its program; tests use a hostile one. Default: the one beside this file. */
  readonly program: string | undefined;
}

/** In the order of `workerDescriptors`. */
function inherited(
  { certificates, descriptors }: WorkerFiles,
  { cache }: WorkerProgram,
): readonly (number | 'ignore')[] {
  return [certificates ?? 'ignore', cache ?? 'ignore', ...descriptors];
}

/** If too few descriptors are left to start a child, Node does not create its streams (`child_process`). */
function requireStarted(child: SandboxedProcess): void {
  const stdio = child.stdio as SandboxedProcess['stdio'] | undefined;
  if (stdio !== undefined) return;
  // The error that is thrown here says the same.
  child.enforcement.catch(() => {});
  throw tooFew('EMFILE');
}

function asFetcherError(error: unknown): unknown {
  if (isSandboxError(error)) return new FetcherError('sandbox', clauseOf(error), { hint: error.hint, cause: error });
  const code = errorCode(error);
  return code === 'EMFILE' || code === 'ENFILE' ? tooFew(code, error) : error;
}
