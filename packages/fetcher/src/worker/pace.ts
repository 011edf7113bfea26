import { hostKey } from '../values/host-key.js';

/** When a source is slower than another one would be. */
export interface PaceLimits {
  /** Percent of its fair share that a source has to bring; 0 calls none slow. */
  readonly slowPercent: number;
  /** Whether bytes wait for this machine's own disk: no source is slow then. */
  readonly isHeld: () => boolean;
}

/** Milliseconds between two looks. */
const interval = 250;

/** Looks without an answer after which another source is asked as well, a second; and without a byte once it has come. */
const looksForAnswer = 4;
const looksForBytes = 3;

/** Bytes in that time that are none: what comes byte by byte helps nobody. */
const standStill = 512;

/** Looks over which a rate is measured: two seconds. */
const looksForRate = 8;

/** Bytes a second of all downloads together below which it is tried whether another source brings more. */
const tryBelow = 1 << 20;

/** Seconds that a file has to take still, for that to be worth a request. */
const tryFrom = 4;

/** One download from one source. */
export interface Transfer extends Disposable {
  /** Tells how many bytes of the file are there, and how many there will be. */
  update(position: number, total: number | undefined): void;
  /** Whether bytes have come since the look before the last one, and as many as can be expected. */
  readonly goesWell: boolean;
}

interface Entry {
  readonly url: URL;
  readonly onSlow: () => void;
  position: number | undefined;
  total: number | undefined;
  received: number;
  /** Bytes up to each of the last looks, oldest first. */
  readonly history: number[];
  isSlow: boolean;
}

/**
 * Says which sources are slow, so that another one is asked as well. The best rate that was seen is that of all downloads
 * together, so that many at once, which share one line, are not called slow: each has its part of it. Where all are slow
 * alike, nobody knows whether that is the line: then one file of a host is asked for elsewhere, which shows it.
 */
export class Pace implements Disposable {
  readonly #limits: PaceLimits;
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout | undefined;
  /** Hosts that are behind: others are asked first. */
  readonly #slow: Set<string>;
  /** Hosts of which one file was asked for elsewhere, to see what can be had. */
  readonly #tried = new Set<string>();
  /** Bytes of all downloads up to each of the last looks. */
  readonly #history: number[] = [0];
  #received = 0;
  #best: number;

  /**
   * @param best - bytes a second that were seen before
   * @param slow - hosts that were slow before
   */
  constructor(limits: PaceLimits, best: number, slow: readonly string[]) {
    this.#limits = limits;
    this.#best = best;
    this.#slow = new Set(slow);
    if (limits.slowPercent > 0) this.#timer = setInterval(() => this.#look(), interval).unref();
  }

  /**
   * Begins a download.
   *
   * @param onSlow - told at each look at which it is slow
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
        // What was there before the first word, and what is begun again, did not come now.
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

  /** Whether a host is behind others. */
  isBehind(url: URL): boolean {
    return this.#slow.has(hostKey(url));
  }

  /** Another host has brought what this one did not. */
  overtaken(url: URL): void {
    this.#slow.add(hostKey(url));
  }

  /** A host has brought a whole file, in time. */
  proven(url: URL): void {
    this.#slow.delete(hostKey(url));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#limits.isHeld()) {
      // What is measured begins anew: the time until now was not the sources'.
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

/** Adds a look and gives the bytes a second over the last ones; undefined where there were too few. */
function push(history: number[], received: number): number | undefined {
  history.push(received);
  if (history.length > looksForRate + 1) history.shift();
  if (history.length <= looksForRate) return undefined;
  return ((received - (history[0] ?? 0)) * 1000) / (looksForRate * interval);
}
