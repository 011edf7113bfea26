import { listKernelFolder, readKernelFile } from '@sb/core';

import { FetcherError } from '../errors/fetcher-error.js';

/** Descriptors for starting a worker, and for the worker itself, which has the same limit: Node opens about twenty. */
const least = 32;

/** Descriptors that stay free for the rest of this process. */
const reserve = 16;

/**
 * Returns how many descriptors may be opened for the files of one worker, by the limit of open files (`RLIMIT_NOFILE`,
 * getrlimit(2)).
 *
 * @throws FetcherError `sandbox` if there are too few even for a worker
 */
export function descriptorBudget(): number {
  const free = freeDescriptors();
  if (free < least) throw tooFew(`${free} more files may be opened, but a worker needs ${least}`);
  return Math.max(0, free - least - reserve);
}

/** Returns the error for a worker that cannot be started, mostly because of too few descriptors. */
export function tooFew(why: string, cause?: unknown): FetcherError {
  const hint = 'Raise the limit of open files (ulimit -n), or close some.';
  return new FetcherError('sandbox', `the worker can't be started: ${why}`, { hint, cause });
}

function freeDescriptors(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const [, soft = 'unlimited'] = /^Max open files\s+(\S+)/m.exec(readKernelFile('/proc/self/limits')) ?? [];
  // Reading the list needs a descriptor, which is in the list and is free afterwards.
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft) - listKernelFolder('/proc/self/fd').length;
}
