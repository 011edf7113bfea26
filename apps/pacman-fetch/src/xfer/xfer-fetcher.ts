import { readFileSync, statSync } from 'node:fs';

import {
  type DownloadOptions,
  type DownloadRequest,
  type Fetcher,
  FetcherError,
  type FileProgress,
  type Outcome,
} from '@sb/fetcher';
import { isSandboxError } from '@sb/core';
import type { SandboxReport } from '@sb/sandbox';

import type { Configuration } from '../config/configuration.js';
import type { SandboxUser } from '../config/sandbox-user.js';
import { runXfer } from './command.js';

/** pacman's own limit of a signature. */
const maxSignature = 16 * 1024;

/** Downloads by XferCommand of our own configuration, as `@sb/fetcher` does by its worker: a process for each file. */
export class XferFetcher implements Fetcher {
  enforcement: SandboxReport | undefined;
  readonly #configuration: Configuration;
  readonly #command: string;
  readonly #choice: SandboxUser;
  readonly #parallel: number;
  readonly #disposal = new AbortController();

  /**
   * @param configuration - with an XferCommand
   * @param choice - who downloads
   * @param parallel - processes at once
   */
  constructor(configuration: Configuration, choice: SandboxUser, parallel: number) {
    this.#configuration = configuration;
    this.#command = configuration.sandbox.xferCommand?.text ?? '';
    this.#choice = choice;
    this.#parallel = parallel;
  }

  async download(requests: readonly DownloadRequest[], options: DownloadOptions = {}): Promise<readonly Outcome[]> {
    const { signal: given, onProgress } = options;
    const own = this.#disposal.signal;
    const signal = given === undefined ? own : AbortSignal.any([own, given]);
    const outcomes = new Map<string, Outcome>();
    const queue = [...requests];
    const work = async (): Promise<void> => {
      for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
        const { to, size: total } = request;
        const file: FileProgress = { to, state: 'active', received: 0, total, rate: 0, eta: undefined };
        const overall = { files: requests.length, ended: outcomes.size, received: 0, total, rate: 0, eta: undefined };
        onProgress?.({ files: [file], overall });
        outcomes.set(to, await this.#fetch(request, signal));
      }
    };
    await Promise.all(Array.from({ length: this.#parallel }, work));
    return requests.flatMap(({ to }) => outcomes.get(to) ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort();
  }

  /** From one source after the other; what fails keeps no other file from being downloaded. */
  async #fetch(request: DownloadRequest, signal: AbortSignal): Promise<Outcome> {
    const { to } = request;
    const failures: FetcherError[] = [];
    for (const source of request.sources.map(String)) {
      if (signal.aborted) break;
      try {
        const before = contentOf(to, request);
        await this.#signature(request, source, signal);
        const size = await this.#run(source, request, signal);
        if (before?.equals(readFileSync(to)) === true) return { status: 'unchanged', to, failures, source };
        return { status: 'done', to, failures, source, size, lastModified: statSync(to).mtime };
      } catch (error) {
        if (isSandboxError(error)) throw new FetcherError('sandbox', error.message, { hint: error.hint });
        failures.push(new FetcherError('source', (error as Error).message, { host: hostOf(source), cause: error }));
      }
    }
    const error = signal.aborted
      ? new FetcherError('cancelled', 'the download was cancelled')
      : (failures.at(-1) ?? new FetcherError('invalid-request', `${to} has no source`));
    return { status: 'failed', to, failures, error };
  }

  /** The signature first: nobody sees a file without the one that it has to have. */
  async #signature({ to, signature }: DownloadRequest, source: string, signal: AbortSignal): Promise<void> {
    if (signature === undefined) return;
    try {
      await this.#run(`${source}.sig`, { to: `${to}.sig`, maxBytes: maxSignature, sources: [] }, signal);
    } catch (error) {
      if (signature.optional !== true || isSandboxError(error)) throw error;
    }
  }

  async #run(url: string, file: DownloadRequest, signal: AbortSignal): Promise<number> {
    const run = { command: this.#command, choice: this.#choice, url, file, signal };
    const { size, enforcement } = await runXfer(this.#configuration, run);
    this.enforcement = enforcement;
    return size;
  }
}

/** What is there, where that decides whether something has changed: a command can't ask for that. */
function contentOf(path: string, { ifModifiedSince = false }: DownloadRequest): Buffer | undefined {
  if (ifModifiedSince === false) return undefined;
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(path);
}

/** A URL's host as pacman shows it. */
function hostOf(source: string): string {
  const { protocol, host } = new URL(source);
  return protocol === 'file:' ? 'disk' : host;
}
