import { hostKey } from '../values/host-key.js';

/** Milliseconds for which others wait for the first file of a host. */
const trialTime = 500;

/**
 * Records which hosts have sent a correct file: one with the checksum that the parent knows. The first file of a host
 * is a trial. Other files of the host wait for it, but not for long. So a host that sends something else costs no more
 * than that file.
 */
export class Trust {
  readonly #proven = new Set<string>();
  readonly #liars = new Set<string>();
  readonly #doubtful = new Set<string>();
  readonly #trials = new Map<string, { readonly over: Promise<void>; readonly end: () => void }>();
  readonly #onLiar = new Set<(host: string) => void>();

  /** Whether a host has sent a wrong file. */
  isLiar(url: URL): boolean {
    return this.#liars.has(hostKey(url));
  }

  /** Whether a host has sent a correct file. */
  isProven(url: URL): boolean {
    return this.#proven.has(hostKey(url));
  }

  /** Records that a host may have wrong files. */
  doubt(url: URL): void {
    this.#doubtful.add(hostKey(url));
  }

  /** Whether a host may have wrong files, and has sent no correct one. */
  isDoubtful(url: URL): boolean {
    const host = hostKey(url);
    return this.#doubtful.has(host) && !this.#proven.has(host);
  }

  /**
   * Calls a function for each host that lies from now on.
   *
   * @returns a function that ends that
   */
  listen(onLiar: (host: string) => void): () => void {
    this.#onLiar.add(onLiar);
    return () => void this.#onLiar.delete(onLiar);
  }

  /**
   * Waits for the first file of a host.
   *
   * @returns undefined if there is nothing to wait for: this is the first one, or the host has passed or failed its
   *   trial
   */
  turn(url: URL): Promise<void> | undefined {
    const host = hostKey(url);
    if (this.#proven.has(host) || this.#liars.has(host)) return undefined;
    const trial = this.#trials.get(host);
    if (trial !== undefined) return trial.over;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#trials.set(host, { over, end });
    setTimeout(end, trialTime).unref();
    return undefined;
  }

  /**
   * Records the result of a file from a host.
   *
   * @param isRight - null if it is unknown
   */
  judge(url: URL, isRight: boolean | null): void {
    const host = hostKey(url);
    if (isRight === true) {
      this.#proven.add(host);
    } else if (isRight === false && !this.#liars.has(host)) {
      this.#liars.add(host);
      for (const tell of this.#onLiar) tell(host);
    }
    this.over(url);
  }

  /** Records that a file ended without a result: nothing waits for it any more. */
  over(url: URL): void {
    this.#trials.get(hostKey(url))?.end();
  }
}
