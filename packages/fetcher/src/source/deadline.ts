import { clockNow } from '@sb/core';

import { TransferFailure } from '../errors/transfer-failure.js';
import { Stop } from '../values/stop.js';

/** The time limit of a file, which applies at any rate. It stops when the time is over, with the failure as its reason. */
export class Deadline extends Stop {
  readonly #timeout: number;
  /** Milliseconds that are left, and since when they pass. */
  #left: number;
  #since = clockNow();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param timeout - milliseconds; 0: never
   * @param spent - the part of them that is over. Default: none
   */
  constructor(timeout: number, spent = 0) {
    super();
    this.#timeout = timeout;
    this.#left = Math.max(1, timeout - spent);
    this.#start();
  }

  /** Records whether the file waits for others, which the caller does not count. */
  turn(isTurn: boolean): void {
    if (isTurn === (this.#timer !== undefined)) return;
    if (isTurn) {
      this.#start();
      return;
    }
    this.#left = Math.max(1, this.#left - (clockNow() - this.#since));
    this.#end();
  }

  override [Symbol.dispose](): void {
    this.#end();
  }

  #start(): void {
    if (this.#timeout === 0) return;
    this.#since = clockNow();
    this.#timer = setTimeout(() => {
      this.stop(new TransferFailure('timeout', `The file took longer than ${this.#timeout / 1000} seconds`));
    }, this.#left);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
