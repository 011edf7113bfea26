import { listKernelFolder, readKernelFile } from '@sb/core';

import { FetcherError } from '../errors/fetcher-error.js';

/** What starting a worker takes, and the worker itself, which has the same limit: Node opens some twenty. */
const least = 32;

/** What stays free beyond that for the rest of this process. */
const reserve = 16;

/**
 * How many descriptors may be opened for the files of one worker, as the limit of open files allows (`RLIMIT_NOFILE`,
 * getrlimit(2)).
 *
 * @throws FetcherError `sandbox` if there are too few for a worker at all
 */
export function descriptorBudget(): number {
  const free = freeDescriptors();
  if (free < least) throw tooFew(`${free} more files may be opened, and a worker takes ${least}`);
  return Math.max(0, free - least - reserve);
}

/** The error for a worker that can't be started, for want of descriptors as a rule. */
export function tooFew(why: string, cause?: unknown): FetcherError {
  const hint = 'Raise the limit of open files (ulimit -n), or close some.';
  return new FetcherError('sandbox', `the worker can't be started: ${why}`, { hint, cause });
}

function freeDescriptors(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  const [, soft = 'unlimited'] = /^Max open files\s+(\S+)/m.exec(readKernelFile('/proc/self/limits')) ?? [];
  // Reading the list takes a descriptor of its own, which is in the list and free again afterwards.
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft) - listKernelFolder('/proc/self/fd').length;
}
