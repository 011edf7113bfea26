import { hostKey } from '../values/host-key.js';
import { type FailureKind, hostErrorsOf, isAnswer } from '../errors/error-codes.js';

/** The errors of hosts: a host with too many is not asked any more by this worker. */
export class Hosts {
  readonly #max: number;
  readonly #errors: Map<string, number>;
  /** Those errors that were not answers. */
  readonly #silences = new Map<string, number>();

  /**
   * @param max - the number of errors that is too many; 0: no limit
   * @param errors - of earlier workers, by host
   */
  constructor(max: number, errors: readonly (readonly [host: string, count: number])[]) {
    this.#max = max;
    this.#errors = new Map(errors);
  }

  /** Counts a failure against the host of a URL, if the host caused it. */
  count(url: URL, kind: FailureKind): void {
    const host = hostKey(url);
    const weight = hostErrorsOf(kind);
    this.#errors.set(host, (this.#errors.get(host) ?? 0) + weight);
    if (!isAnswer(kind)) this.#silences.set(host, (this.#silences.get(host) ?? 0) + weight);
  }

  /**
   * Whether the host of a URL is not asked any more.
   *
   * @param isLast - no other source is left: then a host that answers is asked nevertheless
   */
  isSkipped(url: URL, isLast: boolean): boolean {
    const errors = (isLast ? this.#silences : this.#errors).get(hostKey(url)) ?? 0;
    return this.#max > 0 && errors >= this.#max;
  }
}
