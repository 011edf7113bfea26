import type { ChildProcess } from 'node:child_process';

import { reap } from '../native.js';

/** Milliseconds until the next look; twice as many each time. */
const firstPause = 1;
const longestPause = 1000;

/**
 * Waits for the guardian of a child, which ends with it: a child of this process too, that `child_process` knows nothing
 * of and that would stay behind as a zombie.
 *
 * @param child - the launcher, or what it became
 * @param said - what the launcher said
 */
export function reapWithChild(child: ChildProcess, said: string): void {
  const pid = Number(/(?:^|\n)guardian\t(\d+)\n/.exec(said)?.[1] ?? 0);
  if (pid === 0) return;
  const begin = (): void => {
    child.removeListener('exit', begin).removeListener('close', begin);
    reapSoon(pid, firstPause);
  };
  // One that never became the target tells no exit.
  child.once('exit', begin).once('close', begin);
}

function reapSoon(pid: number, pause: number): void {
  if (reap(pid)) return;
  // Nobody has to wait here for that.
  setTimeout(() => reapSoon(pid, Math.min(2 * pause, longestPause)), pause).unref();
}
