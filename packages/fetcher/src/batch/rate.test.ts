import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Reading, rateOf, rateWindow, secondsLeft, withReading } from './rate.js';

const readAll = (readings: readonly Reading[]): readonly Reading[] =>
  readings.reduce<readonly Reading[]>((before, reading) => withReading(before, reading), []);

describe('a rate', () => {
  it.each([
    ['is nothing without readings', [], 0],
    ['is nothing with one', [[0, 100]], 0],
    [
      'is nothing at one moment',
      [
        [0, 0],
        [0, 100],
      ],
      0,
    ],
    [
      'is bytes a second',
      [
        [0, 0],
        [500, 1000],
      ],
      2000,
    ],
    [
      'leaves out what was there before',
      [
        [0, 1_000_000],
        [1000, 1_000_500],
      ],
      500,
    ],
    [
      'forgets what is older than its window',
      [
        [0, 0],
        [1000, 9_000_000],
        [2000, 9_000_000],
        [7000, 9_000_500],
      ],
      100,
    ],
    [
      'begins again with the file',
      [
        [0, 0],
        [1000, 9_000_000],
        [1100, 0],
        [2100, 300],
      ],
      300,
    ],
    [
      'falls to nothing while a server stands still',
      [
        [0, 0],
        [1000, 500],
        [7000, 500],
      ],
      0,
    ],
  ] as const)('%s', (_, readings, expected) => {
    expect(rateOf(readAll(readings.map(([at, bytes]) => ({ at, bytes }))))).toBe(expected);
  });

  it('is a natural number for all readings, and keeps no more than its window', () => {
    const step = fc.record({ at: fc.nat(200), bytes: fc.nat(Number.MAX_SAFE_INTEGER) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1000 }), (steps) => {
        let [now, readings]: [number, readonly Reading[]] = [0, []];
        for (const { at, bytes } of steps) {
          now += at;
          readings = withReading(readings, { at: now, bytes });
          const rate = rateOf(readings);
          expect(rate >= 0 && Number.isFinite(rate) && Math.round(rate) === rate).toBe(true);
          expect(readings.length).toBeLessThan(110);
          expect(readings.filter((reading) => reading.at < now - rateWindow).length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('the seconds left', () => {
  it.each([
    [0, 1000, 100, 10],
    [0, 1001, 100, 11],
    [1000, 1000, 0, 0],
    [2000, 1000, 5, 0],
    [0, undefined, 100, undefined],
    [0, 1000, 0, undefined],
    [0, Number.MAX_SAFE_INTEGER, 1, undefined],
  ])('of %s of %s bytes at %s a second are %s', (received, total, rate, expected) => {
    expect(secondsLeft(received, total, rate)).toBe(expected);
  });
});
