import { type DownloadRequest, FetcherError, type Outcome } from '@sb/fetcher';

import type { LeftOut, Servers } from './servers.js';
import { withoutServer } from './server-problems.js';

/** A file for which no server can be used. */
export type Refused = Extract<Outcome, { readonly status: 'failed' }>;

/** What is to be downloaded, and what cannot be. */
export interface Plan {
  readonly requests: readonly DownloadRequest[];
  readonly refused: readonly Refused[];
  /** Servers that are not used. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * The failure of a file whose repository has no usable server. It does not prevent the download of other files.
 *
 * @param to - path of the file
 * @param repository - its name
 * @param servers - of that repository
 */
export function refusedFile(to: string, repository: string, servers: Servers): Refused {
  const { text, hint } = withoutServer(repository, servers);
  return { status: 'failed', to, failures: [], error: new FetcherError('invalid-request', text, { hint }) };
}
