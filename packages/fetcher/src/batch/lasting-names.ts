import { dirname } from 'node:path';

import { destinationError } from '../disk/destination-error.js';
import type { OpenFolders } from '../disk/open-folders.js';
import type { Outcome } from '../request/options.js';

/**
 * Makes the names of finished files permanent, once for each directory. If that fails, each new file in it has failed:
 * it may be lost when the machine is.
 *
 * @param outcomes - of files that have their names already
 * @param folders - their directories
 * @returns the same, but for those whose names may be lost
 */
export function withLastingNames(outcomes: readonly Outcome[], folders: OpenFolders): readonly Outcome[] {
  const errors = folders.sync();
  if (errors.size === 0) return outcomes;
  return outcomes.map((outcome) => {
    const { to, failures } = outcome;
    if (!errors.has(dirname(to)) || !hasNewName(outcome)) return outcome;
    const error = destinationError(to, 'could not be finished', errors.get(dirname(to)));
    return { status: 'failed', to, failures, error };
  });
}

/** An unchanged file may have a new signature. */
function hasNewName(outcome: Outcome): boolean {
  if (outcome.status === 'done') return true;
  return outcome.status === 'unchanged' && outcome.signature?.status === 'done';
}
