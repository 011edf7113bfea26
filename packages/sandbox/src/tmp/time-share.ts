import { clockNow } from '@sb/core';

/** Cleaning the directories that programs leave takes at most one part in this many of this process's time. */
const parts = 10;

/** Milliseconds that count for nothing. */
const unnoticed = 20;

/**
 * Runs a task during which this process answers nobody, as long as such tasks take only a share of its time. A program that
 * fills directories that are to be removed must not keep this process busy.
 */
export class TimeShare {
  #next = 0;

  /** Milliseconds until something may be done again; 0 for now. */
  get pause(): number {
    return Math.max(0, this.#next - clockNow());
  }

  /** Does it now, and counts what it takes. */
  spend<Result>(act: () => Result): Result {
    const begun = clockNow();
    try {
      return act();
    } finally {
      const now = clockNow();
      if (now - begun > unnoticed) this.#next = now + (parts - 1) * (now - begun);
    }
  }
}
