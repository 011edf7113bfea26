import { hostKey } from '../values/host-key.js';

/** Milliseconds for which others wait for the first file of a host. */
const trialTime = 500;

/**
 * Which hosts have sent what they should: a file with the sum that its parent was told. The first file of a host is a
 * trial, which others wait for, but not for long: so one that sends something else costs no more than that file.
 */
export class Trust {
  readonly #proven = new Set<string>();
  readonly #liars = new Set<string>();
  readonly #trials = new Map<string, { readonly over: Promise<void>; readonly end: () => void }>();
  readonly #onLiar = new Set<(host: string) => void>();

  /** Whether a host has sent something else than it should. */
  isLiar(url: URL): boolean {
    return this.#liars.has(hostKey(url));
  }

  /**
   * Told of a host that lied, from now on.
   *
   * @returns to be told no longer
   */
  listen(onLiar: (host: string) => void): () => void {
    this.#onLiar.add(onLiar);
    return () => void this.#onLiar.delete(onLiar);
  }

  /**
   * Waits for the first file of a host.
   *
   * @returns undefined where there is nothing to wait for: then this is the first one, or the host has shown what it sends
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

  /** What has become of a file that came from a host. */
  judge(url: URL, isRight: boolean): void {
    const host = hostKey(url);
    if (isRight) {
      this.#proven.add(host);
    } else if (!this.#liars.has(host)) {
      this.#liars.add(host);
      for (const tell of this.#onLiar) tell(host);
    }
    this.over(url);
  }

  /** A file has ended without a word on what came: nobody waits for it. */
  over(url: URL): void {
    this.#trials.get(hostKey(url))?.end();
  }
}
