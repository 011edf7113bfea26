/** What is watched. */
export interface Watched {
  /** Bytes that each file holds now. */
  readonly sizes: () => readonly number[];
  /** Bytes that each may hold. */
  readonly maxBytes: readonly number[];
  /** Seconds without a new byte or a word that are allowed; Infinity where any number is. */
  readonly seconds: number;
  /** Told once, of the first file that holds more than it may. */
  readonly onTooLarge: (maxBytes: number) => void;
  /** Told once that the time is over. */
  readonly onStandStill: () => void;
}

/**
 * Watches files that a worker fills, since a worker that stands still or never ends says nothing of it. Counts its own
 * looks rather than the clock, so that a stopped or suspended parent doesn't blame the worker.
 */
export class Patience implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #last = '';
  #still = 0;

  constructor({ sizes, maxBytes, seconds, onTooLarge, onStandStill }: Watched) {
    this.#timer = setInterval(() => {
      const now = sizes();
      const tooLarge = now.findIndex((size, file) => size > (maxBytes[file] ?? 0));
      this.#still = this.#last === now.join(' ') ? this.#still + 1 : 0;
      this.#last = now.join(' ');
      if (tooLarge >= 0) onTooLarge(maxBytes[tooLarge] ?? 0);
      else if (this.#still >= seconds) onStandStill();
      else return;
      clearInterval(this.#timer);
    }, 1000);
  }

  /** Something final came of the worker: it has all the time again. */
  renew(): void {
    this.#still = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
