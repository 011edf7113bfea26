/** How long to wait for a worker. */
export interface StandStill {
  /** The most seconds without a new byte or report; Infinity for no limit. */
  readonly seconds: number;
  /** Called once when the time is over. */
  readonly onStandStill: () => void;
}

/**
 * Watches a worker that may stop working or never end. It counts its own checks, not the time of a clock, so a stopped
 * or suspended parent does not blame the worker.
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

  /** Restarts the time after a byte or a report of the worker. */
  renew(): void {
    this.#still = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
