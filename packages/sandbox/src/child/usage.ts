import type { ChildProcess } from 'node:child_process';

import { watchDeath } from '../native.js';

/** What a process has used, with those of its descendants that it waited for: as of wait4(2) and getrusage(2). */
export interface Usage {
  /** Milliseconds of the processor in user mode. */
  readonly userTime: number;
  /** Milliseconds of the processor in the kernel. */
  readonly systemTime: number;
  /**
   * The most bytes that one of them had in memory (`ru_maxrss`). A child begins with what its parent has, and the kernel
   * counts that too: where this is no more than the parent itself ever had, the child had less, and nobody knows how much.
   */
  readonly peakMemory: number;
  /** Whether that is exact; else it is the most that it can have been. */
  readonly isPeakExact: boolean;
}

const bytesInKiB = 1024;
const microsecondsInMillisecond = 1000;

/**
 * Asks the kernel at the end of a child, before anybody waits for it.
 *
 * @param child - that can't have been waited for yet
 * @returns what is known once the child has told that it ended; undefined where nothing is: without pidfd_open(2) (Linux
 *   5.3), and on runtimes without libuv's event loop
 */
export function usageOf({ pid }: ChildProcess): () => Usage | undefined {
  let usage: Usage | undefined;
  // Before the child begins, so that what this process grows by later counts for nothing.
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
