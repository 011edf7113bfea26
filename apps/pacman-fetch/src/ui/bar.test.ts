import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bar, clock, humanSize } from './bar.js';

describe('bar', () => {
  const half = { name: 'linux-6.18-1-x86_64.pkg.tar.zst', received: 70_000_000, total: 140_000_000, rate: 7_000_000 };

  it.each([40, 80, 200])('looks like this at %i columns', (width) => expect(bar(half, width)).toMatchSnapshot());

  it('shows no bar where the size is not known', () => {
    expect(bar({ ...half, total: undefined }, 80)).toMatchSnapshot();
  });

  it('is never wider than the terminal, and never longer than full', () => {
    const progress = fc.record({
      name: fc.string(),
      received: fc.nat(2 ** 40),
      total: fc.option(fc.nat(2 ** 40), { nil: undefined }),
      rate: fc.nat(2 ** 40),
    });
    fc.assert(
      fc.property(progress, fc.integer({ min: 20, max: 300 }), (values, width) => {
        expect(bar(values, width).length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_572_864, '1.5 MiB'],
    [5 * 2 ** 40, '5.0 TiB'],
    [5 * 2 ** 50, '5120.0 TiB'],
  ])('%i is %s', (bytes, text) => expect(humanSize(bytes)).toBe(text));

  it.each([
    [0, '00:00'],
    [61, '01:01'],
    [5999, '99:59'],
    [6000, '--:--'],
    [Number.NaN, '--:--'],
    [Number.POSITIVE_INFINITY, '--:--'],
  ])('%d seconds are %s', (seconds, text) => expect(clock(seconds)).toBe(text));
});
