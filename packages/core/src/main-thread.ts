import { readKernelLink } from './kernel-file.js';

/**
 * Whether this is Node's main thread, and no worker. A worker is never the leader of the process, so for the leader it
 * need not load Node's module of workers, which takes a millisecond.
 *
 * @see /proc/thread-self in proc(5)
 */
export function isMainThread(): boolean {
  return isLeader() || process.getBuiltinModule('node:worker_threads').isMainThread;
}

/** Whether this thread has the number of its process; false where `/proc` does not say so. */
function isLeader(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const [, leader, thread] = /^(\d+)\/task\/(\d+)$/.exec(readKernelLink('/proc/thread-self')) ?? [];
    return leader !== undefined && leader === thread;
  } catch {
    return false;
  }
}
