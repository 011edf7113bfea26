import type { TaskStatus } from '@sb/core';

/** `Seccomp:` of proc_pid_status(5) for a thread with a filter. */
const FILTER = 2;

/** What is compared of a thread's status. */
export type FilterStatus = Pick<TaskStatus, 'tid' | 'seccomp' | 'seccompFilters' | 'noNewPrivs'>;

/**
 * The first thread that has not got one filter more than before, or not no_new_privs; undefined where all have. Pure.
 * A kernel before 5.9 doesn't count filters and gives 0 for every thread; the mode alone is compared there.
 *
 * @param threads - the status of every thread, after loading
 * @param before - how many filters the loading thread had
 * @throws Error if there are no threads, since then nothing was compared
 */
export function unfilteredThread(threads: readonly FilterStatus[], before: number): FilterStatus | undefined {
  if (threads.length === 0) throw new Error('there is no thread to compare');
  const isCounted = before > 0 || threads.some(({ seccompFilters }) => seccompFilters > 0);
  return threads.find(
    ({ seccomp, seccompFilters, noNewPrivs }) =>
      seccomp !== FILTER || !noNewPrivs || (isCounted && seccompFilters <= before),
  );
}
