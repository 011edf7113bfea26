/** How many bytes there were at a moment. */
export interface Reading {
  /** Milliseconds of a steady clock. */
  readonly at: number;
  readonly bytes: number;
}

/** Milliseconds over which a rate is measured: long enough for a calm figure, short enough to show a server that stops. */
export const rateWindow = 5000;

/** Milliseconds between two readings that are kept. */
const readingInterval = 100;

/** Seconds from which on a prediction means nothing: 100 hours, where pacman's display ends too. */
const longest = 360_000;

/**
 * Adds a reading and drops those that are older than {@link rateWindow}, but for the one that the window begins with.
 * Fewer bytes than before are a file that was begun again: what was measured until then counts no longer.
 *
 * @param readings - oldest first
 * @returns the readings to go on with
 */
export function withReading(readings: readonly Reading[], reading: Reading): readonly Reading[] {
  const last = readings.at(-1);
  if (last !== undefined && reading.bytes < last.bytes) return [reading];
  // However often it is read: what comes within a tenth of a second is one reading.
  const before = readings.at(-2);
  const isClose = before !== undefined && reading.at - before.at < readingInterval;
  const all = [...(isClose ? readings.slice(0, -1) : readings), reading];
  const begin = all.findLastIndex(({ at }) => at <= reading.at - rateWindow);
  return all.slice(Math.max(begin, 0));
}

/**
 * Bytes a second between the first and the last reading.
 *
 * @param readings - oldest first
 * @returns a whole number; 0 while nothing can be said
 */
export function rateOf(readings: readonly Reading[]): number {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return 0;
  return Math.max(0, Math.round(((last.bytes - first.bytes) * 1000) / (last.at - first.at)));
}

/**
 * Seconds that the rest takes at a rate.
 *
 * @param received - bytes that are there
 * @param total - bytes of the whole; undefined if not known
 * @param rate - bytes a second
 * @returns a whole number, rounded up; undefined where nothing can be said, or 100 hours are not enough
 */
export function secondsLeft(received: number, total: number | undefined, rate: number): number | undefined {
  if (total === undefined) return undefined;
  if (received >= total) return 0;
  const seconds = Math.ceil((total - received) / rate);
  return seconds < longest ? seconds : undefined;
}
