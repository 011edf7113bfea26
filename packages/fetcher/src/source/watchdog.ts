import { TransferFailure } from '../errors/transfer-failure.js';
import type { SpeedLimits } from '../values/limits.js';
import { Stop } from '../values/stop.js';

/** How often it looks, in milliseconds. */
const interval = 500;

/**
 * Stops a download that is slower than its limit, from the first request on, with the failure as its reason. A server
 * that never answers counts like one that stops in the middle, and an occasional byte does not help.
 */
export class Watchdog extends Stop {
  readonly #timer: NodeJS.Timeout | undefined;
  /** Bytes received up to each of the last ticks, oldest first. */
  readonly #history: number[] = [0];
  #received = 0;
  /** Whether something else than the server causes the time: it is not counted. */
  isHeld = false;

  /** @param deadline - stops it as well */
  constructor({ slowBytes, slowWindow }: SpeedLimits, deadline: Stop) {
    super(deadline);
    if (slowBytes === 0) return;
    const length = Math.ceil(slowWindow / interval);
    this.#timer = setInterval(() => {
      if (this.isHeld) return;
      this.#history.push(this.#received);
      if (this.#history.length <= length) return;
      const [oldest = 0] = this.#history.splice(0, 1);
      if (this.#received - oldest < slowBytes) {
        const seconds = Math.round(slowWindow / 1000);
        this.stop(
          new TransferFailure('too-slow', `Less than ${slowBytes / seconds} byte/s in the last ${seconds} seconds`),
        );
      }
    }, interval);
  }

  /** Counts bytes that have arrived. */
  count(bytes: number): void {
    this.#received += bytes;
  }

  /** Waits for something that the server does not cause: that time is not counted. */
  async heldDuring(waiting: Promise<void>): Promise<void> {
    this.isHeld = true;
    await waiting;
    this.isHeld = false;
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    clearInterval(this.#timer);
  }
}
