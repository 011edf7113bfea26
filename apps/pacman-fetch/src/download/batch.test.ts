import { type DownloadRequest, type Fetcher, FetcherError, type Outcome } from '@sb/fetcher';
import { describe, expect, it } from 'vitest';

import type { DisplayEvent } from '../ui/events.js';
import { runBatch } from './batch.js';
import { refusedFile } from './plan.js';

const request: DownloadRequest = { sources: ['http://h/a.db'], to: '/none/a.db' };
const { signal } = new AbortController();

/** The events of a batch with this outcome. */
async function eventsOf(outcome: Outcome, requests: readonly DownloadRequest[]): Promise<readonly DisplayEvent[]> {
  const events: DisplayEvent[] = [];
  const display = { show: (event: DisplayEvent) => void events.push(event), end: () => {} };
  const fetcher = { download: async () => await Promise.resolve([outcome]) } as unknown as Fetcher;
  const refused = requests.length === 0 && outcome.status === 'failed' ? [outcome] : [];
  await runBatch({ requests, refused, leftOut: [] }, { fetcher, display, isForPeople: true, signal });
  return events;
}

describe('a file that failed', () => {
  const { to } = request;
  const missing = new FetcherError('http', 'The server answered with status 404', { host: 'h' });
  const unsigned = new FetcherError('http', 'signature: The server answered with status 404', { host: 'h' });
  const own = new FetcherError('disk-full', 'no space');

  it.each<[what: string, outcome: Outcome, requests: readonly DownloadRequest[], event: DisplayEvent['event']]>([
    ['has no server', refusedFile(to, 'a', { usable: [], leftOut: [] }), [], 'error'],
    ['is on no server', { status: 'failed', to, failures: [missing], error: missing }, [request], 'serverFailed'],
    ['has no signature', { status: 'failed', to, failures: [], error: unsigned }, [request], 'serverFailed'],
    ['has no room', { status: 'failed', to, failures: [], error: own }, [request], 'error'],
  ])('because it %s is shown after its error', async (_what, outcome, requests, event) => {
    expect((await eventsOf(outcome, requests)).map((one) => one.event)).toEqual([event, 'failed']);
  });
});
