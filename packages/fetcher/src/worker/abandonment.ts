import { TransferFailure } from '../errors/transfer-failure.js';
import { Stop } from '../values/stop.js';

/** The files that the parent cannot write any more: their downloads end. */
export class Abandonment {
  readonly #stops = new Map<number, Stop>();

  /** Stops when the parent abandons a file, with the failure as its reason. */
  of(file: number): Stop {
    const stop = this.#stops.get(file) ?? new Stop();
    this.#stops.set(file, stop);
    return stop;
  }

  /** Ends a file that the parent has abandoned. */
  abandon(file: number): void {
    this.of(file).stop(new TransferFailure('file', 'The file could not be written'));
  }
}
