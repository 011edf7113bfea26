import { basename, dirname } from 'node:path';

import type { FeatureReport } from '@sb/core';
import { type Fetcher, FetcherError, type Outcome } from '@sb/fetcher';
import { isRoot } from '@sb/files';

import { explainMissing } from '../doctor/causes.js';
import { readMachine } from '../doctor/machine.js';
import { FetchError } from '../errors.js';
import { failureClasses, hintOf } from '../failure-class.js';
import type { Display } from '../ui/events.js';
import { removeAbandoned } from '../xfer/staging.js';
import type { Plan } from './plan.js';
import { ProgressEvents } from './progress-events.js';

/** How a batch is downloaded and shown. */
export interface BatchOptions {
  readonly fetcher: Fetcher;
  readonly display: Display;
  /** Whether the display is for people. */
  readonly isForPeople: boolean;
  /** Stops it when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Downloads files, and shows progress and problems.
 *
 * @returns the outcome of every file, including the refused ones
 * @throws FetchError `sandbox`, `usage`; the reason of the signal if it is aborted, after everything was shown
 */
export async function runBatch(plan: Plan, options: BatchOptions): Promise<readonly Outcome[]> {
  const { display, isForPeople, signal } = options;
  const events = new ProgressEvents(isForPeople);
  warnOfServers(plan, options);
  // They belong to an XferCommand, whether or not there is one this time.
  for (const folder of new Set(plan.requests.map(({ to }) => dirname(to)))) removeAbandoned(folder);
  try {
    const outcomes = [...(await downloaded(plan, events, options)), ...plan.refused];
    if (!signal.aborted) warnOfMissing(options);
    const shown = new Set<string>();
    for (const outcome of outcomes) {
      for (const event of events.ending(outcome)) display.show(event);
      showProblems(outcome, shown, display);
    }
    signal.throwIfAborted();
    return outcomes;
  } catch (error) {
    throw asFetchError(error);
  }
}

async function downloaded(
  { requests }: Plan,
  events: ProgressEvents,
  { fetcher, display, signal }: BatchOptions,
): Promise<readonly Outcome[]> {
  if (requests.length === 0) return [];
  return await fetcher.download(requests, {
    signal,
    onProgress: (progress) => {
      for (const event of events.of(progress)) display.show(event);
    },
  });
}

/** The lines of servers for which a warning was shown, by fetcher: databases and packages have the same servers. */
const warnedServers = new WeakMap<Fetcher, Set<string>>();

function warnOfServers({ leftOut }: Plan, { fetcher, display }: BatchOptions): void {
  const places = warnedServers.get(fetcher) ?? new Set();
  warnedServers.set(fetcher, places);
  for (const { place, text } of leftOut) {
    if (!places.has(place)) display.show({ event: 'warning', text });
    places.add(place);
  }
}

/** The fetchers for which the warnings about their workers were shown. */
const warnedFetchers = new WeakSet<Fetcher>();

/** Warns of preferred layers that are missing, each with its cause and remedy, and once. */
function warnOfMissing({ fetcher, display }: BatchOptions): void {
  const features = (fetcher.enforcement?.features ?? []).filter(isOfConcern);
  if (warnedFetchers.has(fetcher) || features.every(({ state }) => state !== 'unsupported')) return;
  warnedFetchers.add(fetcher);
  for (const { what, remedy } of explainMissing(features, readMachine())) {
    display.show({ event: 'warning', text: what, hint: remedy });
  }
}

/**
 * Whether a missing feature has consequences. Without a private group the worker runs from a copy that its user cannot
 * read. The bounding set and the securebits need CAP_SETPCAP, which an ordinary user does not have. no_new_privs
 * prevents it from gaining anything by them, and doctor reports them. Every other set that stays is reported.
 */
function isOfConcern({ feature, layer }: FeatureReport): boolean {
  const takesRoot = layer === 'caps' && (feature === 'bounding' || feature === 'securebits');
  return feature !== 'private_group' && (!takesRoot || isRoot());
}

/** @param shown - the errors that were shown, each of which is shown once */
function showProblems(outcome: Outcome, shown: Set<string>, display: Display): void {
  // An optional file that no server has is not a failure.
  if (outcome.status === 'absent') return;
  const name = basename(outcome.to);
  for (const failure of outcome.failures) {
    if (failure.code === 'slower' && outcome.status !== 'failed') showSlow(failure, shown, display);
    else showServer({ name, failure }, shown, display);
  }
  if (outcome.status !== 'failed') return;
  const lacking = ofSignature(outcome.error);
  if (lacking !== undefined) {
    showServer({ name: `${name}.sig`, failure: lacking }, shown, display);
    display.show({ event: 'failed', name, reason: outcome.error.message });
    return;
  }
  const isShown = outcome.failures.includes(outcome.error) && outcome.error.host !== undefined;
  if (!isShown) showError(outcome.error, shown, display);
  display.show({ event: 'failed', name, reason: withPath(outcome.error) });
}

/** Shows an error that no server caused; the same text once. */
function showError(error: FetcherError, shown: Set<string>, display: Display): void {
  const { code, hint = hintOf(code, error.message) } = error;
  const text = withPath(error);
  if (code === 'cancelled' || shown.has(text)) return;
  shown.add(text);
  display.show({ event: 'error', text, ...(hint === undefined ? {} : { hint }) });
}

/** The failure of a server that does not have a required signature; undefined if the file failed for another reason. */
function ofSignature({ code, host, message }: FetcherError): FetcherError | undefined {
  const reason = /^signature: (.*)$/s.exec(message)?.[1];
  return reason === undefined || host === undefined ? undefined : new FetcherError(code, reason, { host });
}

/** Says once of a host that it was slow: its file is there, from another one. */
function showSlow({ message }: FetcherError, shown: Set<string>, display: Display): void {
  if (!shown.has(message)) display.show({ event: 'warning', text: message });
  shown.add(message);
}

/** Shows the problem with a server; a hint is shown once. */
function showServer(
  { name, failure }: { readonly name: string; readonly failure: FetcherError },
  shown: Set<string>,
  display: Display,
): void {
  const { host, code, message, hint = hintOf(code, message) } = failure;
  if (host === undefined) return;
  const isNew = hint !== undefined && !shown.has(hint);
  if (isNew) shown.add(hint);
  display.show({ event: 'serverFailed', name, host, reason: message, ...(isNew ? { hint } : {}) });
}

/** The message about a file of this machine names the file. */
function withPath({ path, message }: FetcherError): string {
  return path === undefined || message.includes(path) ? message : `${path}: ${message}`;
}

function asFetchError(error: unknown): unknown {
  if (!(error instanceof FetcherError)) return error;
  const { code, message, hint } = error;
  return new FetchError(failureClasses[code], message, hint);
}
