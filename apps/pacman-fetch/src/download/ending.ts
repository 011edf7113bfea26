import type { Outcome } from '@sb/fetcher';

import { exitStatus } from '../errors.js';
import { failureClasses } from '../failure-class.js';

/** The outcomes that are failures. */
export function failuresOf(outcomes: readonly Outcome[]): readonly Extract<Outcome, { status: 'failed' }>[] {
  return outcomes.filter((outcome) => outcome.status === 'failed');
}

/** Returns the exit status of outcomes: `file` if every failure is one of this machine. */
export function statusOf(outcomes: readonly Outcome[]): number {
  const failures = failuresOf(outcomes);
  if (failures.length === 0) return exitStatus.done;
  const isOwn = failures.every(({ error }) => failureClasses[error.code] === 'file');
  return isOwn ? exitStatus.file : exitStatus.download;
}
