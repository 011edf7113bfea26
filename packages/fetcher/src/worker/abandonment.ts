import { TransferFailure } from '../errors/transfer-failure.js';

/** The files that the parent can't write any more: what is under way for them ends. */
export class Abandonment {
  readonly #controllers = new Map<number, AbortController>();

  /** Aborted, with the failure as its reason, when the parent lets go of a file. */
  signal(file: number): AbortSignal {
    return this.#of(file).signal;
  }

  /** The parent has let go of a file. */
  abandon(file: number): void {
    this.#of(file).abort(new TransferFailure('file', 'The file could not be written'));
  }

  #of(file: number): AbortController {
    const controller = this.#controllers.get(file) ?? new AbortController();
    this.#controllers.set(file, controller);
    return controller;
  }
}
