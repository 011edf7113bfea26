/** Of this process's time at most one part in so many goes to what programs have left in their folders. */
const parts = 10;

/** Milliseconds that count for nothing. */
const unnoticed = 20;

/**
 * Lets something be done that nobody is heard during, as long as it takes only a share of this process's time: who fills folders that
 * are to be removed must not keep it.
 */
export class TimeShare {
  #next = 0;

  /** Milliseconds until something may be done again; 0 for now. */
  get pause(): number {
    return Math.max(0, this.#next - performance.now());
  }

  /** Does it now, and counts what it takes. */
  spend<Result>(act: () => Result): Result {
    const begun = performance.now();
    try {
      return act();
    } finally {
      const now = performance.now();
      if (now - begun > unnoticed) this.#next = now + (parts - 1) * (now - begun);
    }
  }
}
