import type { FetcherErrorCode, Outcome } from '@sb/fetcher';

import { exitStatus } from '../errors.js';

/** Failures of this machine and not of a server. */
const ownFailures: ReadonlySet<FetcherErrorCode> = new Set(['file', 'disk-full']);

/** The outcomes that are failures. */
export function failuresOf(outcomes: readonly Outcome[]): readonly Extract<Outcome, { status: 'failed' }>[] {
  return outcomes.filter((outcome) => outcome.status === 'failed');
}

/** The exit status that outcomes give: `file` where nothing else has failed than this machine. */
export function statusOf(outcomes: readonly Outcome[]): number {
  const failures = failuresOf(outcomes);
  if (failures.length === 0) return exitStatus.done;
  return failures.every(({ error }) => ownFailures.has(error.code)) ? exitStatus.file : exitStatus.download;
}
