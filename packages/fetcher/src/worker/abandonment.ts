import { TransferFailure } from '../errors/transfer-failure.js';

/** The files that the parent cannot write any more: their downloads end. */
export class Abandonment {
  readonly #controllers = new Map<number, AbortController>();

  /** Aborted when the parent abandons a file, with the failure as its reason. */
  signal(file: number): AbortSignal {
    return this.#of(file).signal;
  }

  /** Ends a file that the parent has abandoned. */
  abandon(file: number): void {
    this.#of(file).abort(new TransferFailure('file', 'The file could not be written'));
  }

  #of(file: number): AbortController {
    const controller = this.#controllers.get(file) ?? new AbortController();
    this.#controllers.set(file, controller);
    return controller;
  }
}
