/** The latest time that a file can have on every file system, in milliseconds: 32 unsigned bits of seconds (2106). */
export const maxFileTime = 0xffff_ffff * 1000;

/** How far a server's clock may be ahead of ours, in milliseconds: a day. */
const tolerance = 24 * 60 * 60 * 1000;

/**
 * A server's time of a file, if it can be meant: one answer from the year 2099 would become the time of a database, and no
 * later one would ever be newer.
 *
 * @param time - milliseconds since 1970; null where the server said none
 * @param now - milliseconds since 1970
 * @returns null for a time beyond a day from now
 */
export function believable(time: number | null, now: number = Date.now()): number | null {
  return time === null || time > now + tolerance ? null : time;
}

/**
 * Whether a file's time says when it was written: one that lies in the future says nothing.
 *
 * @param time - milliseconds since 1970
 * @param now - milliseconds since 1970
 */
export function isPast(time: number, now: number = Date.now()): boolean {
  // A file's time is finer than this process's clock.
  return Math.floor(time) <= now;
}
