import { FetcherError } from '../errors/fetcher-error.js';

/**
 * Why a parent killed a worker that did not lie. All its reports were final (`complete`), or neither the worker nor its
 * files had made progress for some time (`stand-still`).
 */
export type Stop = { readonly kind: 'complete' } | { readonly kind: 'stand-still'; readonly seconds: number };

/** How the worker ended. */
export interface WorkerEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** How it broke the protocol; it was killed for that. */
  readonly lie: string | undefined;
  /** Why it was killed without a lie; undefined if it ended in any other way. */
  readonly stop: Stop | undefined;
  /** The start of its standard error, in case it crashed. */
  readonly stderr: string;
}

/** Whether a worker ended normally after its final report: by itself, or killed since it had nothing left to do. */
export function hasEndedWell({ status, stop }: WorkerEnd): boolean {
  return status === 0 || stop?.kind === 'complete';
}

/** Returns the error of the files that a worker was downloading when it stopped working; their received bytes stay. */
export function standStill({ stop }: WorkerEnd): FetcherError | undefined {
  if (stop?.kind !== 'stand-still') return undefined;
  const hint = 'Try again: the download resumes from what was received, if the server confirms it.';
  return new FetcherError('too-slow', `the worker did nothing for ${stop.seconds} seconds`, { hint });
}
