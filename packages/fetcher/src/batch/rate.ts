/** The number of bytes at one point in time. */
export interface Reading {
  /** Milliseconds of a steady clock. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * Milliseconds over which a rate is measured: long enough for a steady figure, short enough to show that a server
 * stopped.
 */
export const rateWindow = 5000;

/** Milliseconds between two readings that are kept. */
const readingInterval = 100;

/** Seconds from which a prediction is meaningless: 100 hours, as in pacman's display. */
const longest = 360_000;

/**
 * Adds a reading, and drops those that are older than {@link rateWindow}, except the one at the start of the window.
 * Fewer bytes than before mean that a file was started again: earlier readings are dropped.
 *
 * @param readings - oldest first
 * @returns the readings to keep
 */
export function withReading(readings: readonly Reading[], reading: Reading): readonly Reading[] {
  const last = readings.at(-1);
  if (last !== undefined && reading.bytes < last.bytes) return [reading];
  // All bytes that arrive within a tenth of a second are one reading.
  const before = readings.at(-2);
  const isClose = before !== undefined && reading.at - before.at < readingInterval;
  const all = [...(isClose ? readings.slice(0, -1) : readings), reading];
  const begin = all.findLastIndex(({ at }) => at <= reading.at - rateWindow);
  return all.slice(Math.max(begin, 0));
}

/**
 * Returns the bytes a second between the first and the last reading.
 *
 * @param readings - oldest first
 * @returns a whole number; 0 while the rate is unknown
 */
export function rateOf(readings: readonly Reading[]): number {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return 0;
  return Math.max(0, Math.round(((last.bytes - first.bytes) * 1000) / (last.at - first.at)));
}

/**
 * Returns the seconds that the rest takes at a rate.
 *
 * @param received - bytes that were received
 * @param total - bytes of the whole file; undefined if unknown
 * @param rate - bytes a second
 * @returns a whole number, rounded up; undefined if it is unknown or more than 100 hours
 */
export function secondsLeft(received: number, total: number | undefined, rate: number): number | undefined {
  if (total === undefined) return undefined;
  if (received >= total) return 0;
  const seconds = Math.ceil((total - received) / rate);
  return seconds < longest ? seconds : undefined;
}
