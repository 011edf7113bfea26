import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import {
  type DownloadOptions,
  type DownloadRequest,
  type Fetcher,
  FetcherError,
  type FileProgress,
  type Outcome,
} from '@sb/fetcher';
import { Folder, isRoot } from '@sb/files';
import { clauseOf, errorCode, isSandboxError } from '@sb/core';
import type { SandboxReport } from '@sb/sandbox';

import { chunksOf } from '../chunks.js';
import type { Configuration } from '../config/configuration.js';
import type { SandboxUser } from '../config/sandbox-user.js';
import { CommandFailure, runXfer } from './command.js';
import type { Patience } from './command-watch.js';
import { asDownloadError } from './file-error.js';
import type { StagedFile } from './staged-file.js';

/** pacman's own limit of a signature. */
const maxSignature = 16 * 1024;

/**
 * Downloads by XferCommand of pacman-fetch's configuration, as `@sb/fetcher` does by its worker: one process for each
 * file.
 */
export class XferFetcher implements Fetcher {
  enforcement: SandboxReport | undefined;
  readonly #configuration: Configuration;
  readonly #command: string;
  readonly #choice: SandboxUser;
  readonly #parallel: number;
  readonly #patience: Patience;
  readonly #disposal = new AbortController();

  /**
   * @param configuration - with an XferCommand
   * @param choice - the user that downloads
   * @param limits - processes at once, and how long each may take
   */
  constructor(
    configuration: Configuration,
    choice: SandboxUser,
    { parallel, patience }: { readonly parallel: number; readonly patience: Patience },
  ) {
    this.#configuration = configuration;
    this.#command = configuration.sandbox.xferCommand?.text ?? '';
    this.#choice = choice;
    this.#parallel = parallel;
    this.#patience = patience;
  }

  /** Each file has a separate process, which cannot start before its file is known. */
  prepare(): void {}

  async download(requests: readonly DownloadRequest[], options: DownloadOptions = {}): Promise<readonly Outcome[]> {
    const { signal: given, onProgress } = options;
    const own = this.#disposal.signal;
    const signal = given === undefined ? own : AbortSignal.any([own, given]);
    const outcomes = new Map<string, Outcome>();
    const queue = [...requests];
    const work = async (): Promise<void> => {
      for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
        const { to, size: total } = request;
        const none = { received: 0, offset: 0, elapsed: 0, rate: 0, eta: undefined };
        const file: FileProgress = { ...none, to, state: 'active', total };
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

  /** Tries one source after the other. A failure does not prevent the download of other files. */
  async #fetch(request: DownloadRequest, signal: AbortSignal): Promise<Outcome> {
    const { to } = request;
    const failures: FetcherError[] = [];
    let last: FetcherError | undefined;
    for (const source of request.sources.map(asSource)) {
      if (signal.aborted) break;
      try {
        const found = await this.#from(source.url, request, signal);
        return { ...found, to, failures, source: source.url };
      } catch (error) {
        last = asFetcherError(error, source.url);
        if (last.code === 'sandbox') throw last;
        // If this program has ended the command, the server is not at fault.
        if (signal.aborted) break;
        // The status of a command does not show whether a cache server merely lacks the file.
        if (!source.cache || !(error instanceof CommandFailure)) failures.push(last);
        if (last.code === 'file' || last.code === 'disk-full') break;
      }
    }
    const error = signal.aborted
      ? new FetcherError('cancelled', 'the download was cancelled')
      : (last ?? new FetcherError('invalid-request', `${to} has no source`));
    return { status: 'failed', to, failures, error };
  }

  /** File and signature get their names only when both are complete: a signature fits only its own file. */
  async #from(url: string, request: DownloadRequest, signal: AbortSignal): Promise<Found> {
    const { to, ifModifiedSince = false } = request;
    using folder = Folder.open(dirname(to));
    requireOwn(folder);
    using file = await this.#run(url, request, { folder, signal });
    using signature = await this.#signature(url, request, { folder, signal });
    // A command cannot make conditional requests.
    const isUnchanged = ifModifiedSince !== false && (await sumOf(folder, basename(to), signal)) === file.sha256;
    if (signature !== undefined) signature.commit();
    else if (request.signature !== undefined && !isUnchanged) folder.removeIfThere(`${basename(to)}.sig`);
    if (isUnchanged) return { status: 'unchanged' };
    file.commit();
    return { status: 'done', size: file.size, lastModified: file.lastModified };
  }

  /** @returns undefined if none is asked for, or if an optional one is missing */
  async #signature(url: string, { to, signature }: DownloadRequest, run: Run): Promise<StagedFile | undefined> {
    if (signature === undefined) return undefined;
    try {
      return await this.#run(
        `${url}.sig`,
        {
          to: `${to}.sig`,
          maxBytes: maxSignature,
          ...(signature.magic === undefined ? {} : { magic: signature.magic }),
          sources: [],
        },
        run,
      );
    } catch (error) {
      // A command that this program has ended shows nothing about the server.
      if (signature.optional === true && error instanceof CommandFailure && !run.signal.aborted) return undefined;
      throw error;
    }
  }

  async #run(url: string, file: DownloadRequest, { folder, signal }: Run): Promise<StagedFile> {
    const patience = this.#patience;
    const run = { command: this.#command, choice: this.#choice, url, folder, file, patience, signal };
    const { staged, enforcement } = await runXfer(this.#configuration, run);
    this.enforcement = enforcement;
    return staged;
  }
}

/** What the runs for one file have in common. */
interface Run {
  readonly folder: Folder;
  readonly signal: AbortSignal;
}

/** The result for a file that a source had. */
type Found =
  | { readonly status: 'done'; readonly size: number; readonly lastModified: Date }
  | { readonly status: 'unchanged' };

function asSource(source: DownloadRequest['sources'][number]): { readonly url: string; readonly cache: boolean } {
  const isPlain = typeof source === 'string' || source instanceof URL;
  return isPlain ? { url: String(source), cache: false } : { url: String(source.url), cache: source.cache === true };
}

/**
 * A command gets the path of its staging directory, so no other user may replace a part of it. The directory is given
 * to the user, who could rename it if the parent is open to all users.
 */
function requireOwn(folder: Folder): void {
  const why = isRoot() ? folder.whyOthersWrite() : undefined;
  if (why === undefined) return;
  const hint = 'An XferCommand needs a directory that only root can write to: "chown root" it, or remove XferCommand.';
  throw new FetcherError('file', `${folder.path} ${why}, who could redirect the XferCommand`, {
    path: folder.path,
    hint,
  });
}

function asFetcherError(caught: unknown, url: string): FetcherError {
  const error = asDownloadError(caught);
  if (error instanceof FetcherError) return error;
  if (isSandboxError(error)) return new FetcherError('sandbox', clauseOf(error), { hint: error.hint });
  const code = errorCode(error);
  // An error of this machine is not the fault of a server.
  if (code !== undefined) {
    return new FetcherError(/^(ENOSPC|EDQUOT)$/.test(code) ? 'disk-full' : 'file', (error as Error).message);
  }
  return new FetcherError('source', (error as Error).message, { host: hostOf(url), cause: error });
}

/** The SHA-256 of an existing file; undefined for anything else, which is replaced. */
async function sumOf(folder: Folder, name: string, signal: AbortSignal): Promise<string | undefined> {
  if (folder.lookUp(name)?.isFile() !== true) return undefined;
  const descriptor = folder.openFile(name);
  try {
    const hash = createHash('sha256');
    for await (const chunk of chunksOf(descriptor, signal)) hash.update(chunk);
    return hash.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** The host of a URL, as pacman shows it. */
function hostOf(source: string): string {
  const { protocol, host } = new URL(source);
  return protocol === 'file:' ? 'disk' : host;
}
