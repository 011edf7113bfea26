import { TransferFailure } from '../errors/transfer-failure.js';
import { Stop } from '../values/stop.js';

/** The time limit of a file, which applies at any rate. It stops when the time is over, with the failure as its reason. */
export class Deadline extends Stop {
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param timeout - milliseconds; 0: never
   * @param spent - the part of them that is over. Default: none
   */
  constructor(timeout: number, spent = 0) {
    super();
    if (timeout === 0) return;
    this.#timer = setTimeout(
      () => this.stop(new TransferFailure('timeout', `The file took longer than ${timeout / 1000} seconds`)),
      Math.max(1, timeout - spent),
    );
  }

  override [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
