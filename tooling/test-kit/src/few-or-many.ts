/**
 * How many cases a test tries: some in `npm test`, and many in `npm run test:long`.
 *
 * @param some - enough to notice a mistake in what was just changed
 * @param many - enough to find one that nobody thought of
 */
export function fewOrMany(some: number, many: number): number {
  return process.env['SB_LONG'] === '1' ? many : some;
}
