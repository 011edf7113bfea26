import type { ChildProcess } from 'node:child_process';

import { reap } from '../native.js';

/** Milliseconds until the next check; twice as many each time. */
const firstPause = 1;
const longestPause = 1000;

/**
 * Waits for the guardian and the supervisor of a child, which end with what they watch. They are children of this
 * process too, which `child_process` does not know and which would stay as zombies.
 *
 * @param child - the launcher, and later the target
 * @param said - the output of the launcher
 */
export function reapWithChild(child: ChildProcess, said: string): void {
  const pids = [...said.matchAll(/^(?:guardian|supervisor)\t(\d+)$/gm)].map(([, pid]) => Number(pid));
  if (pids.length === 0) return;
  const begin = (): void => {
    child.removeListener('exit', begin).removeListener('close', begin);
    for (const pid of pids) reapSoon(pid, firstPause);
  };
  // A child that was never executed as the target emits no exit.
  child.once('exit', begin).once('close', begin);
}

function reapSoon(pid: number, pause: number): void {
  if (reap(pid)) return;
  // This process does not wait for that.
  setTimeout(() => reapSoon(pid, Math.min(2 * pause, longestPause)), pause).unref();
}
