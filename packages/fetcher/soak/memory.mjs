// How much memory a program and its worker hold, over a long run.
// @ts-check
import { readdirSync } from 'node:fs';

import { read } from '@sb/bench/process-file';

/** Milliseconds between two looks. */
const interval = 20;

/** The memory of this process and of its children, in megabytes of 10^6 bytes, from when it is made until it is stopped. */
export class Memory {
  /** @type {number[]} */
  own = [];
  /** @type {number[]} */
  workers = [];
  /** Processes that were seen beside those that were there before. @type {Set<number>} */
  pids = new Set();
  #known = new Set(children());
  #timer = setInterval(() => {
    this.own.push(process.memoryUsage.rss() / 1e6);
    for (const pid of children()) {
      if (this.#known.has(pid)) continue;
      this.pids.add(pid);
      this.workers.push(residentOf(pid));
    }
  }, interval);

  stop() {
    clearInterval(this.#timer);
  }
}

/**
 * By how much memory grows from the second quarter of a run, when everything is loaded and warm, to the last one.
 *
 * @param {readonly number[]} samples in megabytes
 */
export function growth(samples) {
  const quarter = Math.floor(samples.length / 4);
  return median(samples.slice(-quarter)) - median(samples.slice(quarter, 2 * quarter));
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Children of this process, of all of its threads. */
function children() {
  return readdirSync('/proc/self/task').flatMap((task) =>
    read(`/proc/self/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** @param {number} pid */
function residentOf(pid) {
  const [, kibibytes = '0'] = /^VmRSS:\s*(\d+)/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}
