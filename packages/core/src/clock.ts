/**
 * Returns milliseconds of a clock that only runs forward. Node loads a module for `performance` when that is first used, which
 * takes half a millisecond of each start.
 *
 * @see `process.hrtime` in Node's documentation
 */
export function clockNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
