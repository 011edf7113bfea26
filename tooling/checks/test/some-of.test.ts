/* Which cases of a matrix `npm test` tries. */
import { pairsOf, someOf, valuesOf } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const matrix = (['http', 'https', 'file'] as const).flatMap((scheme) =>
  [false, true].flatMap((isSigned) => [false, true].map((hasUser) => ({ scheme, isSigned, hasUser }))),
);

/** What occurs in some cases. */
const names = (cases: typeof matrix, of: (one: object) => readonly string[]) => new Set(cases.flatMap(of));

beforeEach(() => void vi.stubEnv('SB_LONG', undefined));
afterEach(() => void vi.unstubAllEnvs());

describe('some cases of a matrix', () => {
  it('have each two values of two dimensions, and are half as many as all', () => {
    const some = [...someOf(matrix)];
    expect(names(some, pairsOf)).toEqual(names(matrix, pairsOf));
    expect(matrix).toHaveLength(12);
    expect(some).toHaveLength(6);
  });

  it('have each value, where that is asked for, and are no more than the values of the largest dimension', () => {
    const some = [...someOf(matrix, valuesOf)];
    expect(names(some, valuesOf)).toEqual(names(matrix, valuesOf));
    expect(some).toHaveLength(3);
  });

  it('are those that a test names by itself', () => {
    expect(someOf(matrix, ({ scheme }) => (scheme === 'file' ? [scheme] : []))).toEqual([matrix[8]]);
  });

  it('are the same ones each time, in the order of all', () => {
    const some = someOf(matrix);
    expect(someOf(matrix)).toEqual(some);
    expect(some).toEqual(matrix.filter((one) => some.includes(one)));
  });

  it('are all with SB_LONG=1, and none of none', () => {
    vi.stubEnv('SB_LONG', '1');
    expect(someOf(matrix)).toEqual(matrix);
    expect(someOf([])).toEqual([]);
    vi.stubEnv('SB_LONG', undefined);
    expect(someOf([])).toEqual([]);
  });

  it('are of two dimensions all, since each two values occur once there', () => {
    const two = ['a', 'b'].flatMap((letter) => [1, 2].map((digit) => ({ letter, digit })));
    expect(someOf(two)).toEqual(two);
  });
});
