/**
 * How many cases a test tries: some in `npm test`, and many in `npm run test:long`.
 *
 * @param some - enough to notice a mistake in what was just changed
 * @param many - enough to find one that nobody thought of
 */
export function fewOrMany(some: number, many: number): number {
  return process.env['SB_LONG'] === '1' ? many : some;
}

/**
 * Defines tests of `npm run test:long` alone: those that wait long for a clock that they can't set. Their file has to be among
 * `moreCases` of the package.
 *
 * @param define - calls `it` of vitest
 */
export function inLong(define: () => void): void {
  if (process.env['SB_LONG'] === '1') define();
}
