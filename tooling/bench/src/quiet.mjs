// Moments in which the machine has nothing else to do: a fixed piece of work takes as long as it can at best.
// @ts-check
import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

/** How often a program is started for one look. */
const starts = 15;

/** How much longer than at best they may take. */
const tolerance = 1.2;

/** Milliseconds between two looks, and the most that all of them may wait. */
const pause = 250;
const mostWaiting = 120_000;

/** How often the same work is done at most. */
const mostRuns = 4;

/** Looks whether the machine is quiet. */
export class Quiet {
  /** @type {() => number} */
  #look;
  #least = Number.POSITIVE_INFINITY;
  #waited = 0;
  #repeats = 0;
  #kept = 0;

  /** @param {() => number} [look] - how long the fixed piece of work takes. Default: some starts of true(1) */
  constructor(look = startsOfTrue) {
    this.#look = look;
  }

  /** What was repeated, and what counts although the machine was busy, as one line; undefined if it was nothing. */
  get said() {
    if (this.#waited === 0 && this.#repeats === 0 && this.#kept === 0) return undefined;
    const waited = Math.round(this.#waited / 1000);
    return `the machine was busy: waited ${waited} s; runs repeated: ${this.#repeats}; busy runs that count: ${this.#kept}`;
  }

  /** How many results count although the machine was busy. */
  get kept() {
    return this.#kept;
  }

  /**
   * Does work in a quiet moment. It is repeated if the machine is busy afterwards.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    for (let runs = 1; ; runs++) {
      await this.#wait();
      const result = await work();
      if (this.#isQuiet()) return result;
      if (runs === mostRuns) {
        this.#kept++;
        return result;
      }
      this.#repeats++;
    }
  }

  async #wait() {
    while (!this.#isQuiet() && this.#waited < mostWaiting) {
      await setTimeout(pause);
      this.#waited += pause;
    }
  }

  #isQuiet() {
    const taken = this.#look();
    this.#least = Math.min(this.#least, taken);
    return taken <= this.#least * tolerance;
  }
}

function startsOfTrue() {
  const begun = performance.now();
  for (let start = 0; start < starts; start++) spawnSync('true');
  return performance.now() - begun;
}
