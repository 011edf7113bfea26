import { TransferFailure } from '../errors/transfer-failure.js';

/** When a file has taken too long, however fast its bytes come. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param timeout - milliseconds; 0: never
   * @param spent - those of them that are over. Default: none
   */
  constructor(timeout: number, spent = 0) {
    if (timeout === 0) return;
    const failure = new TransferFailure('timeout', `The file took longer than ${timeout / 1000} seconds`);
    this.#timer = setTimeout(() => this.#controller.abort(failure), Math.max(1, timeout - spent));
  }

  /** Aborted, with the failure as its reason, when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
