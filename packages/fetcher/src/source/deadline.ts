import { TransferFailure } from '../errors/transfer-failure.js';

/** When a file has taken too long, however fast its bytes come. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param timeout - milliseconds from now; 0: never */
  constructor(timeout: number) {
    if (timeout === 0) return;
    const failure = new TransferFailure('timeout', `The file took longer than ${timeout / 1000} seconds`);
    this.#timer = setTimeout(() => this.#controller.abort(failure), timeout);
  }

  /** Aborted, with the failure as its reason, when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
