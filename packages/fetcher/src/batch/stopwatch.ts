import { clockNow } from '@sb/core';

/** Adds up the time in which something runs. */
export class Stopwatch {
  #sum = 0;
  #since: number | undefined;

  /** Whole milliseconds so far. */
  get milliseconds(): number {
    const running = this.#since === undefined ? 0 : clockNow() - this.#since;
    return Math.round(this.#sum + running);
  }

  /** Starts or resumes, if it is not running. */
  start(): void {
    this.#since ??= clockNow();
  }

  stop(): void {
    this.#sum = this.milliseconds;
    this.#since = undefined;
  }
}
