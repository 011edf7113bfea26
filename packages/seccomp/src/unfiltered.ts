import type { TaskStatus } from '@sb/core';

/** `Seccomp:` of proc_pid_status(5) for a thread with a filter. */
const FILTER = 2;

/** The compared part of a thread's status. */
export type FilterStatus = Pick<TaskStatus, 'tid' | 'seccomp' | 'seccompFilters' | 'noNewPrivs'>;

/**
 * Returns the first thread without one filter more than before, or without no_new_privs; undefined if all have both.
 * Pure. A kernel before 5.9 does not count filters and reports 0 for every thread; then only the mode is compared.
 *
 * @param threads - the status of every thread, after loading
 * @param before - the number of filters of the loading thread
 * @throws Error if the list of threads is empty, because then nothing was compared
 */
export function unfilteredThread(threads: readonly FilterStatus[], before: number): FilterStatus | undefined {
  if (threads.length === 0) throw new Error('the list of threads is empty');
  const isCounted = before > 0 || threads.some(({ seccompFilters }) => seccompFilters > 0);
  return threads.find(
    ({ seccomp, seccompFilters, noNewPrivs }) =>
      seccomp !== FILTER || !noNewPrivs || (isCounted && seccompFilters <= before),
  );
}
