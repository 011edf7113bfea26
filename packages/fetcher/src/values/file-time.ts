/** The latest time that a file can have on every file system, in milliseconds: 32 unsigned bits of seconds (2106). */
export const maxFileTime = 0xffff_ffff * 1000;

/** How far a server's clock may be ahead of this machine's, in milliseconds: a day. */
const tolerance = 24 * 60 * 60 * 1000;

/**
 * Returns a server's time of a file if it is credible. Otherwise one answer from the year 2099 would become the time of
 * a database, and no later database would ever be newer.
 *
 * @param time - milliseconds since 1970; null if the server sent none
 * @param now - milliseconds since 1970
 * @returns null for a time beyond a day from now
 */
export function believable(time: number | null, now: number = Date.now()): number | null {
  return time === null || time > now + tolerance ? null : time;
}

/**
 * Whether a file's time shows when it was written: a time in the future does not.
 *
 * @param time - milliseconds since 1970
 * @param now - milliseconds since 1970
 */
export function isPast(time: number, now: number = Date.now()): boolean {
  // A file's time is finer than this process's clock.
  return Math.floor(time) <= now;
}
