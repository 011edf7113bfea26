import { hostKey } from '../values/host-key.js';

/** When a source counts as slow. */
export interface PaceLimits {
  /** Percentage of its fair share that a source must send; 0: no source is slow. */
  readonly slowPercent: number;
  /** Whether bytes wait for this machine's own disk: then no source counts as slow. */
  readonly isHeld: () => boolean;
}

/** Milliseconds between two checks. */
const interval = 250;

/** Checks without an answer, or later without a byte, after which another source is asked in addition: one second. */
const looksForAnswer = 4;
const looksForBytes = 3;

/** Fewer bytes than this in that time count as none: a file that arrives byte by byte is useless. */
const standStill = 512;

/** Checks over which a rate is measured: two seconds. */
const looksForRate = 8;

/** Total bytes a second of all downloads below which another source is tried, to see whether it sends more. */
const tryBelow = 1 << 20;

/** The least remaining seconds of a file for which that is worth a request. */
const tryFrom = 4;

/** One download from one source. */
export interface Transfer extends Disposable {
  /** Reports the bytes of the file so far, and those of the whole file. */
  update(position: number, total: number | undefined): void;
  /** Whether as many bytes as expected have arrived since the check before the last one. */
  readonly goesWell: boolean;
}

interface Entry {
  readonly url: URL;
  readonly onSlow: () => void;
  position: number | undefined;
  total: number | undefined;
  received: number;
  /** Bytes at each of the last checks, oldest first. */
  readonly history: number[];
  isSlow: boolean;
}

/**
 * Decides which sources are slow, so that another one is asked in addition. The best rate so far is that of all
 * downloads together. So simultaneous downloads that share one line do not count as slow: each has its part of it. If
 * all are equally slow, the line may be the cause. Then one file of a host is requested elsewhere, which shows it.
 */
export class Pace implements Disposable {
  readonly #limits: PaceLimits;
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout | undefined;
  /** Slow hosts: others are asked first. */
  readonly #slow: Set<string>;
  /** Hosts of which one file was requested elsewhere, to measure the available rate. */
  readonly #tried = new Set<string>();
  /** Bytes of all downloads at each of the last checks. */
  readonly #history: number[] = [0];
  #received = 0;
  #best: number;

  /**
   * @param best - the best rate so far, in bytes a second
   * @param slow - hosts that were slow earlier
   */
  constructor(limits: PaceLimits, best: number, slow: readonly string[]) {
    this.#limits = limits;
    this.#best = best;
    this.#slow = new Set(slow);
    if (limits.slowPercent > 0) this.#timer = setInterval(() => this.#look(), interval).unref();
  }

  /**
   * Starts a download.
   *
   * @param onSlow - called at each check at which it is slow
   */
  begin(url: URL, onSlow: () => void): Transfer {
    const entry: Entry = {
      url,
      onSlow,
      position: undefined,
      total: undefined,
      received: 0,
      history: [0],
      isSlow: false,
    };
    this.#entries.add(entry);
    return {
      update: (position, total) => {
        // Bytes from before the first report, and those of a restart, did not arrive now.
        const bytes = Math.max(0, position - (entry.position ?? position));
        entry.position = position;
        entry.total = total;
        entry.received += bytes;
        this.#received += bytes;
      },
      get goesWell() {
        return !entry.isSlow && entry.received - (entry.history.at(-2) ?? 0) > standStill;
      },
      [Symbol.dispose]: () => void this.#entries.delete(entry),
    };
  }

  /** Whether a host is slower than others. */
  isBehind(url: URL): boolean {
    return this.#slow.has(hostKey(url));
  }

  /** Records that another host sent what this one did not. */
  overtaken(url: URL): void {
    this.#slow.add(hostKey(url));
  }

  /** Records that a host sent a complete file in time. */
  proven(url: URL): void {
    this.#slow.delete(hostKey(url));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#limits.isHeld()) {
      // The measurement restarts: the sources did not cause the time until now.
      this.#history.splice(0, Infinity, this.#received);
      for (const { history, received } of this.#entries) history.splice(0, Infinity, received);
      return;
    }
    const all = push(this.#history, this.#received);
    if (all !== undefined) this.#best = Math.max(this.#best, all);
    for (const entry of this.#entries) {
      if (entry.url.protocol === 'file:') continue;
      const rate = push(entry.history, entry.received);
      entry.isSlow = this.#isSlow(entry, rate, all ?? Infinity);
      if (entry.isSlow) entry.onSlow();
    }
  }

  #isSlow(entry: Entry, rate: number | undefined, all: number): boolean {
    const { history, received, url, position } = entry;
    const before = history.at(-1 - (position === undefined ? looksForAnswer : looksForBytes));
    if (before !== undefined && received - before < standStill) {
      this.#slow.add(hostKey(url));
      return true;
    }
    if (rate === undefined) return false;
    const fair = (this.#best / this.#entries.size) * (this.#limits.slowPercent / 100);
    if (rate < fair) return true;
    return all < tryBelow && this.#mayTry(entry, rate);
  }

  #mayTry({ url, position, total }: Entry, rate: number): boolean {
    const host = hostKey(url);
    if (this.#tried.has(host) || position === undefined) return false;
    if (total !== undefined && total - position < rate * tryFrom) return false;
    this.#tried.add(host);
    return true;
  }
}

/** Adds a check, and returns the bytes a second over the last ones; undefined if there are too few. */
function push(history: number[], received: number): number | undefined {
  history.push(received);
  if (history.length > looksForRate + 1) history.shift();
  if (history.length <= looksForRate) return undefined;
  return ((received - (history[0] ?? 0)) * 1000) / (looksForRate * interval);
}
