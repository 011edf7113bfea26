/** How long a worker is waited for. */
export interface StandStill {
  /** Seconds without a new byte or a word that are allowed; Infinity where any number is. */
  readonly seconds: number;
  /** Told once that the time is over. */
  readonly onStandStill: () => void;
}

/**
 * Watches a worker that may stand still or never end. Counts its own looks rather than the clock, so that a stopped or
 * suspended parent doesn't blame the worker.
 */
export class StandStillWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #still = 0;

  constructor({ seconds, onStandStill }: StandStill) {
    this.#timer = setInterval(() => {
      this.#still += 1;
      if (this.#still <= seconds) return;
      clearInterval(this.#timer);
      onStandStill();
    }, 1000);
  }

  /** Something came of the worker: it has all the time again. */
  renew(): void {
    this.#still = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
