import { TransferFailure } from '../errors/transfer-failure.js';

/** The time limit of a file, which applies at any rate. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param timeout - milliseconds; 0: never
   * @param spent - the part of them that is over. Default: none
   */
  constructor(timeout: number, spent = 0) {
    if (timeout === 0) return;
    const failure = new TransferFailure('timeout', `The file took longer than ${timeout / 1000} seconds`);
    this.#timer = setTimeout(() => this.#controller.abort(failure), Math.max(1, timeout - spent));
  }

  /** Aborted when the time is over, with the failure as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
