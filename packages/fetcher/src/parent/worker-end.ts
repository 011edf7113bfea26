import { FetcherError } from '../errors/fetcher-error.js';

/**
 * Why its parent ended a worker without a reproach: it had said all (`complete`), or neither it nor its files had moved
 * for some time (`stand-still`).
 */
export type Stop = { readonly kind: 'complete' } | { readonly kind: 'stand-still'; readonly seconds: number };

/** How the worker ended. */
export interface WorkerEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it did that an honest worker doesn't do; it was killed for it. */
  readonly lie: string | undefined;
  /** What it was ended for though it was no lie; undefined where it ended in any other way. */
  readonly stop: Stop | undefined;
  /** Start of its standard error, for the case that it crashed. */
  readonly stderr: string;
}

/** Whether a worker ended as one does that has said all: by itself, or since it was not waited for. */
export function hasEndedWell({ status, stop }: WorkerEnd): boolean {
  return status === 0 || stop?.kind === 'complete';
}

/** What the files fail with that a worker was about when it stood still; what came of them stays. */
export function standStill({ stop }: WorkerEnd): FetcherError | undefined {
  if (stop?.kind !== 'stand-still') return undefined;
  const hint = 'Try again: it goes on behind what came.';
  return new FetcherError('too-slow', `the worker did nothing for ${stop.seconds} seconds`, { hint });
}
