import { hostKey } from '../values/host-key.js';
import { type Entry, entryOf, longPatience, ownPatience } from './entry.js';
import { Patience } from './patience.js';
import type { Transfer } from './transfer.js';

/** When a source counts as slow. */
export interface PaceLimits {
  /** Percentage of its fair share that a source must send; 0: no source is slow. */
  readonly slowPercent: number;
  /** Whether bytes wait for this machine's own disk: then no source counts as slow. */
  readonly isHeld: () => boolean;
}

/** Milliseconds between two checks. Patience is counted in checks: a process that was stopped blames no server. */
const interval = 50;

/** Checks after which a source that was just asked may be joined by another one: 100 ms, the least of RFC 8305. */
const newness = 2;

/** Fewer bytes than this in that time count as none: a file that arrives byte by byte is useless. */
const standStill = 512;

/** Checks between two measurements of rates: a quarter of a second. */
const checksPerRate = 5;

/** Measurements over which a rate is taken: two seconds. */
const looksForRate = 8;

/** Total bytes a second of all downloads below which another source is tried, to see whether it sends more. */
const tryBelow = 1 << 20;

/** The least remaining seconds of a file for which that is worth a request. */
const tryFrom = 4;

/**
 * Decides which sources are slow, so that another one is asked in addition. The best rate so far is that of all
 * downloads together. So simultaneous downloads that share one line do not count as slow: each has its part of it. If
 * all are equally slow, the line may be the cause. Then one file of a host is requested elsewhere, which shows it.
 */
export class Pace implements Disposable {
  readonly #limits: PaceLimits;
  readonly #entries = new Set<Entry>();
  /** Those that wait for the answers to other requests. */
  readonly #waiting = new Set<Entry>();
  readonly #timer: NodeJS.Timeout | undefined;
  /** Slow hosts: others are asked first. */
  readonly #slow: Set<string>;
  /** Hosts of which one file was requested elsewhere, to measure the available rate. */
  readonly #tried = new Set<string>();
  /** Of each host, the file that is requested elsewhere as well, because it stands still. */
  readonly #hedged = new Map<string, Entry>();
  readonly #patience = new Patience();
  #checks = 0;
  /** Bytes of all downloads at each of the last measurements. */
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
    const entry = entryOf(url, onSlow);
    const waiting = this.#waiting;
    const isBehind = (): boolean => this.isBehind(url);
    this.#entries.add(entry);
    return {
      turn: (isTurn) => {
        entry.hasWaited = true;
        const [from, to] = isTurn ? [this.#waiting, this.#entries] : [this.#entries, this.#waiting];
        from.delete(entry);
        to.add(entry);
      },
      update: (position, total) => {
        // Bytes from before the first report, and those of a restart, did not arrive now.
        const bytes = Math.max(0, position - (entry.position ?? position));
        if (entry.position === undefined) {
          entry.quiet = 0;
          if (url.protocol !== 'file:' && !entry.hasWaited) this.#patience.answered(entry.age);
        }
        entry.position = position;
        entry.total = total;
        entry.received += bytes;
        this.#received += bytes;
      },
      get goesWell() {
        return !entry.isBelowShare && !entry.isStill && entry.mark > 0 && entry.quiet < ownPatience(entry);
      },
      get isSlow() {
        return entry.isBelowShare || entry.quiet >= longPatience(entry);
      },
      get isNew() {
        return waiting.has(entry) ? !isBehind() : entry.age < newness;
      },
      [Symbol.dispose]: () => {
        this.#entries.delete(entry);
        this.#waiting.delete(entry);
        this.#unhedge(entry);
      },
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
    const isHeld = this.#limits.isHeld();
    if (!isHeld) for (const entry of this.#entries) this.#lookAt(entry);
    // Those that wait on a slow host would wait for its other answers.
    if (!isHeld) for (const { url, onSlow } of this.#waiting) if (this.isBehind(url)) onSlow();
    // All are looked at before another source is asked because of one.
    if (!isHeld) for (const { isStill, onSlow } of this.#entries) if (isStill) onSlow();
    if (++this.#checks % checksPerRate === 0) this.#measure(isHeld);
  }

  /** Checks whether a source stands still. */
  #lookAt(entry: Entry): void {
    entry.age++;
    entry.quiet++;
    if (entry.received - entry.mark >= standStill) {
      if (entry.mark > 0) entry.gap = Math.max(entry.gap, entry.quiet - 1);
      entry.mark = entry.received;
      entry.quiet = 0;
    }
    if (entry.url.protocol === 'file:') return;
    entry.isStill = this.#isStill(entry);
    if (!entry.isStill) this.#unhedge(entry);
  }

  #isStill(entry: Entry): boolean {
    const { url, quiet, mark } = entry;
    // Another file of its host has made it clear already.
    if (mark === 0 && this.isBehind(url)) return true;
    if (quiet >= longPatience(entry)) {
      this.#slow.add(hostKey(url));
      return true;
    }
    // A delay of the line is one of the bytes, too.
    return quiet >= Math.min(this.#patience.checks, ownPatience(entry, Infinity)) && this.#mayHedge(entry);
  }

  /** If a line hesitates, all files stand still. Then one request for each host is enough to find out. */
  #mayHedge(entry: Entry): boolean {
    const host = hostKey(entry.url);
    const hedged = this.#hedged.get(host) ?? entry;
    this.#hedged.set(host, hedged);
    return hedged === entry || this.isBehind(entry.url);
  }

  #unhedge(entry: Entry): void {
    const host = hostKey(entry.url);
    if (this.#hedged.get(host) === entry) this.#hedged.delete(host);
  }

  #measure(isHeld: boolean): void {
    if (isHeld) {
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
      entry.isBelowShare = rate !== undefined && this.#isBelowShare(entry, rate, all ?? Infinity);
      if (entry.isBelowShare) entry.onSlow();
    }
  }

  #isBelowShare(entry: Entry, rate: number, all: number): boolean {
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

/** Adds a measurement, and returns the bytes a second over the last ones; undefined if there are too few. */
function push(history: number[], received: number): number | undefined {
  history.push(received);
  if (history.length > looksForRate + 1) history.shift();
  if (history.length <= looksForRate) return undefined;
  return ((received - (history[0] ?? 0)) * 1000) / (looksForRate * checksPerRate * interval);
}
