import type { Outcome } from '@sb/fetcher';

import { exitStatus } from '../errors.js';
import { failureClasses } from '../failure-class.js';

/** The outcomes that are failures. */
export function failuresOf(outcomes: readonly Outcome[]): readonly Extract<Outcome, { status: 'failed' }>[] {
  return outcomes.filter((outcome) => outcome.status === 'failed');
}

/** The exit status that outcomes give: `file` where nothing else has failed than this machine. */
export function statusOf(outcomes: readonly Outcome[]): number {
  const failures = failuresOf(outcomes);
  if (failures.length === 0) return exitStatus.done;
  const isOwn = failures.every(({ error }) => failureClasses[error.code] === 'file');
  return isOwn ? exitStatus.file : exitStatus.download;
}
