import type { ChildProcess } from 'node:child_process';

import { watchDeath } from '../native.js';

/** The resources of a process, with those of its descendants that it waited for: as in wait4(2) and getrusage(2). */
export interface Usage {
  /** Milliseconds of processor time in user mode. */
  readonly userTime: number;
  /** Milliseconds of processor time in the kernel. */
  readonly systemTime: number;
  /**
   * The most bytes that one of them had in memory (`ru_maxrss`). A child begins with the memory of its parent, and the
   * kernel counts that too. If the value is not more than the parent ever had, the child had less, and the exact value
   * is unknown.
   */
  readonly peakMemory: number;
  /** Whether that is exact; otherwise it is an upper limit. */
  readonly isPeakExact: boolean;
}

const bytesInKiB = 1024;
const microsecondsInMillisecond = 1000;

/**
 * Asks the kernel at the end of a child, before the child is waited for.
 *
 * @param child - must not have been waited for yet
 * @returns a function for the time after the end of the child. It returns undefined if nothing is known: without
 *   pidfd_open(2) (Linux 5.3), and on runtimes without libuv's event loop. It also does if the child was waited for first,
 *   which happens in less than one of a hundred runs
 */
export function usageOf({ pid }: ChildProcess): () => Usage | undefined {
  let usage: Usage | undefined;
  // Before the child starts, so that later growth of this process does not count.
  const parents = process.resourceUsage().maxRSS;
  if (pid !== undefined) {
    watchDeath(pid, (signal, { user, system, resident }) => {
      if (signal < 0) return;
      usage = {
        userTime: user / microsecondsInMillisecond,
        systemTime: system / microsecondsInMillisecond,
        peakMemory: resident * bytesInKiB,
        isPeakExact: resident > parents,
      };
    });
  }
  return () => usage;
}
