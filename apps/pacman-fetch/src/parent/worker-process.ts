import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { errorCode } from '@sb/core';
import { environmentOf, type PrivdropPolicy } from '@sb/privdrop';

import type { Frame, Identity, Job } from '../worker/channel.js';
import { FrameReader, WorkerLied } from './frames.js';

/** What the worker needs to be started. */
export interface WorkerOptions {
  /** Whom it becomes; undefined on request only. */
  readonly policy: PrivdropPolicy | undefined;
  /** The open FILE. */
  readonly file: number;
  /** The open certificates. */
  readonly certificates: number | undefined;
  /** Its program; tests put a hostile one here. Default: the one beside this file. */
  readonly program?: string;
}

/** How the worker ended, and the last thing it said. */
export interface WorkerResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `done`, `failed` or `refused`; undefined if it said nothing of the kind. */
  readonly outcome: Frame | undefined;
  /** What it did that an honest worker doesn't do; it was killed for it. */
  readonly lie: string | undefined;
  /** Start of its standard error, for the case that it crashed. */
  readonly stderr: string;
}

/** Variables that the worker gets beside the default ones: those that curl reads for proxies. */
const proxyVariables = ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'];

const maxStderr = 4096;

/** Milliseconds that the worker has to become its user: a busy machine needs one second, nothing needs twenty. */
const readyTimeout = 20_000;
/** Milliseconds that it has to end after its last frame; on a machine that emulates another one, five seconds are few. */
const exitTimeout = 20_000;
/** Milliseconds that its streams have to close after its end. */
const closeTimeout = 1000;

/** The worker as its parent sees it. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #ended: Promise<WorkerResult>;
  #outcome: Frame | undefined;
  #lie: string | undefined;
  #stderr = '';
  #deadline: NodeJS.Timeout | undefined;
  #abandon: NodeJS.Timeout | undefined;
  #giveUp: (value: undefined) => void = () => {};
  readonly #abandoned = new Promise<undefined>((resolve) => {
    this.#giveUp = resolve;
  });
  #isReady = false;

  /** @param onFrame - told of `ready` and `progress` */
  constructor(options: WorkerOptions, onFrame: (frame: Frame) => void) {
    const program = options.program ?? fileURLToPath(new URL('worker.js', import.meta.url));
    this.#child = spawn(process.execPath, [program], {
      cwd: '/',
      env: environmentFor(options.policy),
      // A session of its own: it can't type into the terminal, and Ctrl-C reaches it through us.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', options.file, options.certificates ?? 'ignore'],
    });
    // Without descriptors to spare there are no streams; the error event says so.
    this.#channel = (this.#child.stdio?.[3] as Duplex | undefined) ?? new PassThrough();
    this.#listen(onFrame);
    this.#deadline = setTimeout(() => this.accuse('it did not become its user in time'), readyTimeout);
    this.#ended = this.#end().finally(() => clearTimeout(this.#deadline));
  }

  /** Process id; undefined if it could not be started, in which case {@link ended} rejects. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Settles when the worker is gone; rejects if it could not be started. */
  get ended(): Promise<WorkerResult> {
    return this.#ended;
  }

  /** Sends it whom to become, or what to download. */
  send(message: Identity | Job): void {
    this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends it at once, with whatever it started. What it has written stays in FILE. */
  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    // Once it is reaped its number may be another's.
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // ESRCH: it ended just now. EPERM: a root without CAP_KILL; then an honest worker ends with its channel.
      if (errorCode(error) !== 'EPERM') return;
      this.#channel.destroy();
      this.#abandon ??= setTimeout(() => this.#giveUp(undefined), exitTimeout);
    }
  }

  async #end(): Promise<WorkerResult> {
    const child = this.#child;
    const closed = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
    });
    const ended = await Promise.race([once(child, 'exit'), this.#abandoned]);
    clearTimeout(this.#abandon);
    if (ended === undefined) {
      child.unref();
      for (const stream of child.stdio ?? []) stream?.destroy();
      return this.#result(null, null, 'it could not be ended: this process lacks CAP_KILL');
    }
    const [status, signal] = ended as [number | null, NodeJS.Signals | null];
    // Its streams end with it, unless something that it started elsewhere still holds them.
    const late = setTimeout(() => {
      for (const stream of child.stdio ?? []) stream?.destroy();
    }, closeTimeout);
    await closed;
    clearTimeout(late);
    return this.#result(status, signal, this.#lie);
  }

  #result(status: number | null, signal: NodeJS.Signals | null, lie: string | undefined): WorkerResult {
    return { status, signal, outcome: this.#outcome, lie, stderr: this.#stderr };
  }

  /** The worker did what no honest one does: ends it and keeps why. */
  accuse(lie: string): void {
    this.#lie ??= lie;
    this.kill();
  }

  #listen(onFrame: (frame: Frame) => void): void {
    const reader = new FrameReader();
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString('latin1')).slice(0, maxStderr);
    });
    // Writing to a worker that is gone fails here; its end says so better.
    this.#channel.on('error', () => {});
    this.#channel.on('data', (bytes: Buffer) => {
      try {
        for (const frame of reader.read(bytes, performance.now())) this.#take(frame, onFrame);
      } catch (error) {
        if (!(error instanceof WorkerLied)) throw error;
        this.accuse(error.message);
      }
    });
  }

  #take(frame: Frame, onFrame: (frame: Frame) => void): void {
    if (this.#outcome !== undefined) throw new WorkerLied('it speaks after its last frame');
    const isReady = frame.type === 'ready';
    if (isReady === this.#isReady && frame.type !== 'refused')
      throw new WorkerLied('its frames come in the wrong order');
    this.#isReady ||= isReady;
    if (isReady) clearTimeout(this.#deadline);
    if (isReady || frame.type === 'progress') {
      onFrame(frame);
      return;
    }
    clearTimeout(this.#deadline);
    this.#outcome = frame;
    this.#deadline = setTimeout(() => this.accuse('it did not end after its last frame'), exitTimeout);
  }
}

function environmentFor(policy: PrivdropPolicy | undefined): Record<string, string> {
  const proxies: Record<string, string> = {};
  for (const name of proxyVariables) {
    const value = process.env[name];
    if (value === undefined || value === '') continue;
    // A proxy without a scheme is an http one, as for curl.
    proxies[name] = name.toLowerCase() === 'no_proxy' || value.includes('://') ? value : `http://${value}`;
  }
  return policy === undefined ? { PATH: '/usr/local/bin:/usr/bin:/bin', ...proxies } : environmentOf(policy, proxies);
}
