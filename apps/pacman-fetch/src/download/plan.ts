import { type DownloadRequest, FetcherError, type Outcome } from '@sb/fetcher';

import type { LeftOut, Servers } from './servers.js';
import { withoutServer } from './server-problems.js';

/** A file that no server can be asked for. */
export type Refused = Extract<Outcome, { readonly status: 'failed' }>;

/** What is to be downloaded, and what can't be. */
export interface Plan {
  readonly requests: readonly DownloadRequest[];
  readonly refused: readonly Refused[];
  /** Servers that are not asked. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * The failure of a file whose repository has no server that can be used. It keeps no other file from being downloaded.
 *
 * @param to - path of the file
 * @param repository - its name
 * @param servers - of that repository
 */
export function refusedFile(to: string, repository: string, servers: Servers): Refused {
  const { text, hint } = withoutServer(repository, servers);
  return { status: 'failed', to, failures: [], error: new FetcherError('invalid-request', text, { hint }) };
}
