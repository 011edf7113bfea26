import { hostKey } from '../values/host-key.js';
import { TransferFailure } from '../errors/transfer-failure.js';

/** When a source is slower than another one would be. */
export interface SlowSourceLimits {
  /** Percent of its fair share that a source has to bring; 0 never leaves one. */
  readonly slowPercent: number;
  /** Milliseconds over which that counts. */
  readonly slowWindow: number;
  /** Whether bytes wait for this machine's own disk: no source is slow then. */
  readonly isHeld: () => boolean;
}

/** Milliseconds between two looks. */
const interval = 500;

/** Looks over which the rate of all downloads together is measured: two seconds. */
const looksForBest = 4;

/** One download from one source. */
export interface Transfer extends Disposable {
  /** Aborted, with the failure as its reason, when the source is left. */
  readonly signal: AbortSignal;
  /** Tells how many bytes of the file are there. */
  update(position: number): void;
}

interface Entry {
  readonly url: URL;
  readonly controller: AbortController;
  /** Whether there is another source to go to. */
  readonly hasOther: () => boolean;
  position: number | undefined;
  received: number;
  /** Bytes up to each of the last looks, oldest first. */
  readonly history: number[];
}

/**
 * Leaves slow sources for the next one. The best rate that was seen is that of all downloads together, so that many at
 * once, which share one line, are not called slow: each has its part of it.
 */
export class SlowSources implements Disposable {
  readonly #limits: SlowSourceLimits;
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout | undefined;
  /** Hosts that were left, or are known to be slow. */
  readonly #slow: Set<string>;
  /** Bytes of all downloads up to each of the last looks. */
  readonly #history: number[] = [0];
  #received = 0;
  #best: number;

  /**
   * @param best - bytes a second that were seen before
   * @param slow - hosts that were left before
   */
  constructor(limits: SlowSourceLimits, best: number, slow: readonly string[]) {
    this.#limits = limits;
    this.#best = best;
    this.#slow = new Set(slow);
    if (limits.slowPercent > 0) this.#timer = setInterval(() => this.#look(), interval);
  }

  /**
   * Begins a download.
   *
   * @param url - the source
   * @param others - those that could be asked instead
   */
  begin(url: URL, others: () => readonly URL[]): Transfer {
    const controller = new AbortController();
    const hasOther = (): boolean => others().some((other) => other.protocol !== 'file:' && !this.#isSlow(other, url));
    const entry: Entry = { url, controller, hasOther, position: undefined, received: 0, history: [0] };
    this.#entries.add(entry);
    return {
      signal: controller.signal,
      update: (position) => {
        // What was there before the first word, and what is begun again, did not come now.
        const bytes = Math.max(0, position - (entry.position ?? position));
        entry.position = position;
        entry.received += bytes;
        this.#received += bytes;
      },
      [Symbol.dispose]: () => void this.#entries.delete(entry),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #isSlow(other: URL, than: URL): boolean {
    const host = hostKey(other);
    return host === hostKey(than) || this.#slow.has(host);
  }

  #look(): void {
    if (this.#limits.isHeld()) {
      // What is measured begins anew: the time until now was not the sources'.
      this.#history.splice(0, Infinity, this.#received);
      for (const { history, received } of this.#entries) history.splice(0, Infinity, received);
      return;
    }
    this.#best = Math.max(this.#best, rateOver(this.#history, this.#received, looksForBest));
    const looks = Math.ceil(this.#limits.slowWindow / interval);
    for (const entry of this.#entries) {
      const isFull = entry.history.length >= looks;
      const rate = rateOver(entry.history, entry.received, looks);
      const fair = (this.#best / this.#entries.size) * (this.#limits.slowPercent / 100);
      if (isFull && rate < fair && entry.hasOther()) this.#leave(entry, rate, fair);
    }
  }

  #leave({ url, controller }: Entry, rate: number, fair: number): void {
    this.#slow.add(hostKey(url));
    const text = `${url.host} sends ${Math.round(rate)} bytes a second where ${Math.round(fair)} could be had elsewhere`;
    controller.abort(new TransferFailure('slower', text));
  }
}

/** Adds a look and gives the bytes a second over the last ones. */
function rateOver(history: number[], received: number, looks: number): number {
  history.push(received);
  if (history.length > looks + 1) history.shift();
  const seconds = (looks * interval) / 1000;
  return (received - (history[0] ?? 0)) / seconds;
}
