import { fileURLToPath } from 'node:url';

import { WorkerFetcher } from '../../src/fetcher.js';
import type { DownloadOptions, DownloadRequest, Fetcher, FetcherOptions, Outcome } from '../../src/request/options.js';
import { settingsOf } from '../../src/request/settings.js';

/** The worker as it is built. */
const builtWorker = fileURLToPath(new URL('../../dist/worker.cjs', import.meta.url));

/** A fetcher of these sources with the built worker, or another one. */
export function fetcherFor(options: FetcherOptions = {}, program = builtWorker): Fetcher {
  return new WorkerFetcher(settingsOf({ user: 'nobody', ...options }), program);
}

/** Options of {@link fetchOne}. */
export interface FetchOneOptions extends DownloadOptions {
  readonly fetcher?: FetcherOptions;
  readonly program?: string;
}

/** Downloads one file by a fetcher of its own. */
export async function fetchOne(
  request: DownloadRequest,
  { fetcher: options, program, ...rest }: FetchOneOptions = {},
): Promise<Outcome> {
  await using fetcher = fetcherFor(options, program);
  const [outcome] = await fetcher.download([request], rest);
  if (outcome === undefined) throw new Error('there is no outcome');
  return outcome;
}

/** What went wrong, as `CODE: MESSAGE`; undefined if nothing did. */
export function errorOf(outcome: Outcome | undefined): string | undefined {
  return outcome?.status === 'failed' ? `${outcome.error.code}: ${outcome.error.message}` : undefined;
}
