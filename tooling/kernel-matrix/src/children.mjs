// Programs that must not outlive this one: qemu and virtiofsd.
// @ts-check
import { spawn } from 'node:child_process';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    for (const child of running) child.kill('SIGKILL');
    process.exit(1);
  });
}

/**
 * Starts a program that ends when this one is told to end. Its standard input is empty.
 *
 * @param {string} file
 * @param {readonly string[]} args
 */
export function startChild(file, args) {
  // A session of its own: Linux shares the processor out by sessions (sched_autogroup, sched(7)), and an emulated machine
  // would have to share that of whoever started this.
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}
