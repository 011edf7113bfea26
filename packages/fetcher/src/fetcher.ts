import { closeSync } from 'node:fs';

import type { SandboxReport } from '@sb/sandbox';

import { Batch } from './batch/batch.js';
import { openCertificates } from './disk/certificates.js';
import { checkAll } from './request/check.js';
import { documentPlace } from './values/readers.js';
import { descriptorBudget } from './parent/descriptor-budget.js';
import type { DownloadOptions, DownloadRequest, Fetcher, FetcherOptions, Outcome } from './request/options.js';
import { downloadOptionsReader } from './request/option-readers.js';
import { splitBatch } from './batch/split-batch.js';
import { Mirrors } from './batch/mirrors.js';
import { withNetrc } from './request/netrc-file.js';
import { ProgressMeter } from './batch/progress.js';
import { requireSandbox } from './sandbox/require-sandbox.js';
import { type Settings, settingsOf } from './request/settings.js';
import { SpareWorker } from './parent/spare-worker.js';
import { preparedReader } from './request/request-readers.js';

/**
 * Returns a fetcher. It starts no process.
 *
 * @param options - the user of the worker, and how it downloads
 * @throws FetcherError `invalid-request`
 */
export function createFetcher(options: FetcherOptions = {}): Fetcher {
  const settings = settingsOf(options);
  requireSandbox(settings.sandbox);
  return new WorkerFetcher(settings);
}

/** Returns a fetcher whose worker may be another program: tests use a hostile one. */
export class WorkerFetcher implements Fetcher {
  enforcement: SandboxReport | undefined;
  readonly #settings: Settings;
  readonly #program: string | undefined;
  readonly #disposal = new AbortController();
  readonly #mirrors: Mirrors;
  readonly #running = new Set<Promise<unknown>>();
  readonly #spare: SpareWorker;

  constructor(settings: Settings, program?: string) {
    this.#settings = settings;
    this.#spare = new SpareWorker(settings, program);
    this.#mirrors = new Mirrors(settings.limits.hostErrors);
    this.#program = program;
  }

  prepare(sources: readonly (string | URL)[]): void {
    const read = preparedReader.read(sources, documentPlace('sources'));
    if (!this.#disposal.signal.aborted) this.#spare.start(read.map(String));
  }

  async download(requests: readonly DownloadRequest[], options: DownloadOptions = {}): Promise<readonly Outcome[]> {
    const running = this.#download(requests, options);
    this.#running.add(running);
    return await running.finally(() => this.#running.delete(running));
  }

  /** Ends running downloads, like an aborted signal. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort();
    await Promise.allSettled([...this.#running, this.#spare.end()]);
  }

  async #download(requests: readonly DownloadRequest[], options: DownloadOptions): Promise<readonly Outcome[]> {
    const {
      onProgress,
      onHostSkipped = () => {},
      signal,
    } = downloadOptionsReader.read(options, documentPlace('options'));
    const checked = withNetrc(checkAll(requests), this.#settings.netrc);
    const certificates = openCertificates(this.#settings.certificates);
    using progress = new ProgressMeter(checked, { tell: onProgress, parallel: this.#settings.parallel });
    const own = this.#disposal.signal;
    const batch = new Batch({
      settings: this.#settings,
      certificates,
      program: this.#program,
      spare: this.#spare,
      signal: signal === undefined ? own : AbortSignal.any([own, signal]),
      progress,
      mirrors: this.#mirrors,
      onHostSkipped,
      onEnforcement: (report) => {
        this.enforcement = report;
      },
    });
    try {
      const outcomes: Outcome[] = [];
      for (const chunk of splitBatch(checked, descriptorBudget())) outcomes.push(...(await batch.run(chunk)));
      progress.finish();
      return outcomes;
    } finally {
      if (certificates !== undefined) closeSync(certificates);
    }
  }
}
