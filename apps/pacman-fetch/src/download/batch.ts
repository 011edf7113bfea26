import { basename, dirname } from 'node:path';

import { type DownloadRequest, type Fetcher, FetcherError, type Outcome } from '@sb/fetcher';

import { explainMissing } from '../doctor/causes.js';
import { readMachine } from '../doctor/machine.js';
import { FetchError } from '../errors.js';
import type { Display } from '../ui/events.js';
import { removeAbandoned } from '../xfer/staging.js';
import { ProgressEvents } from './progress-events.js';

/** How a batch is done and shown. */
export interface BatchOptions {
  readonly fetcher: Fetcher;
  readonly display: Display;
  /** Whether people look at the display. */
  readonly isForPeople: boolean;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Downloads files, showing how far they are, and what went wrong.
 *
 * @throws FetchError `sandbox`, `usage`; the signal's reason where it is aborted, with everything shown
 */
export async function runBatch(
  requests: readonly DownloadRequest[],
  options: BatchOptions,
): Promise<readonly Outcome[]> {
  const { fetcher, display, isForPeople, signal } = options;
  const events = new ProgressEvents(isForPeople);
  // Of an XferCommand, whether it is one this time or not.
  for (const folder of new Set(requests.map(({ to }) => dirname(to)))) removeAbandoned(folder);
  try {
    const outcomes = await fetcher.download(requests, {
      signal,
      onProgress: (progress) => {
        for (const event of events.of(progress)) display.show(event);
      },
    });
    if (!signal.aborted) warnOfMissing(options);
    for (const outcome of outcomes) {
      for (const event of events.ending(outcome)) display.show(event);
      showProblems(outcome, options);
    }
    signal.throwIfAborted();
    return outcomes;
  } catch (error) {
    throw asFetchError(error);
  }
}

/** The fetchers of which it has been told what their workers lack. */
const told = new WeakSet<Fetcher>();

/** What was to be enforced where possible, and couldn't be: each with its cause and remedy, and once. */
function warnOfMissing({ fetcher, display }: BatchOptions): void {
  const features = fetcher.enforcement?.features ?? [];
  if (told.has(fetcher) || features.every(({ state }) => state !== 'unsupported')) return;
  told.add(fetcher);
  for (const { what, remedy } of explainMissing(features, readMachine())) {
    display.show({ event: 'warning', text: what, hint: remedy });
  }
}

function showProblems(outcome: Outcome, { display }: BatchOptions): void {
  const name = basename(outcome.to);
  for (const { host, message } of outcome.failures) {
    if (host !== undefined) display.show({ event: 'serverFailed', name, host, reason: message });
  }
  if (outcome.status !== 'failed') return;
  const isTold = outcome.failures.includes(outcome.error) && outcome.error.host !== undefined;
  display.show({ event: 'failed', name, reason: outcome.error.message });
  if (isTold || outcome.error.code === 'cancelled') return;
  const { message, hint } = outcome.error;
  display.show({ event: 'error', text: message, ...(hint === undefined ? {} : { hint }) });
}

function asFetchError(error: unknown): unknown {
  if (!(error instanceof FetcherError)) return error;
  const { code, message, hint } = error;
  const kind = code === 'sandbox' ? 'sandbox' : code === 'invalid-request' ? 'usage' : 'file';
  return new FetchError(kind, message, hint);
}
