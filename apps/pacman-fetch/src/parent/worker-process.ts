import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

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

/** The worker as its parent sees it. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #ended: Promise<WorkerResult>;
  #outcome: Frame | undefined;
  #lie: string | undefined;
  #stderr = '';

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
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#listen(onFrame);
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (status, signal) =>
        resolve({ status, signal, outcome: this.#outcome, lie: this.#lie, stderr: this.#stderr }),
      );
    });
  }

  /** Process id; undefined if it could not be started, in which case {@link ended} rejects. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Settles when the worker is gone and holds no descriptor any more. */
  get ended(): Promise<WorkerResult> {
    return this.#ended;
  }

  /** Sends it whom to become, or what to download. */
  send(message: Identity | Job): void {
    this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  /** Ends it at once. What it has written stays in FILE. */
  kill(): void {
    this.#child.kill('SIGKILL');
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
        this.#lie ??= error.message;
        this.kill();
      }
    });
  }

  #take(frame: Frame, onFrame: (frame: Frame) => void): void {
    if (this.#outcome !== undefined) throw new WorkerLied('it speaks after its last frame');
    if (frame.type === 'ready' || frame.type === 'progress') onFrame(frame);
    else this.#outcome = frame;
  }
}

function environmentFor(policy: PrivdropPolicy | undefined): Record<string, string> {
  const proxies: Record<string, string> = {};
  for (const name of proxyVariables) {
    const value = process.env[name];
    if (value !== undefined) proxies[name] = value;
  }
  return policy === undefined ? { PATH: '/usr/local/bin:/usr/bin:/bin', ...proxies } : environmentOf(policy, proxies);
}
