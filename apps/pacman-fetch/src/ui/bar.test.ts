import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { barLine } from './bar.js';
import { clock, rate, size } from './figures.js';
import { columnsOf, fit, printable } from './text.js';

const half = { label: 'linux-6.18-1-x86_64', received: 70_000_000, total: 140_000_000, rate: 7_000_000, seconds: 10 };
const space = (columns: number) => ({ columns, charset: 'utf8', candy: false }) as const;

describe('barLine', () => {
  // Written by pacman 7.0.0 in terminals of these widths.
  it.each([
    [80, ' test                  462.0   B   340   B/s 00:00 [###################---]  87%'],
    [60, ' test                  462.0   B   340   B/s 00:00 [#-]  87%'],
  ])('is pacman’s at %i columns', (columns, line) => {
    const values = { label: 'test', received: 462, total: 528, rate: 340, seconds: 0 };
    expect(barLine(values, space(columns))).toBe(line);
  });

  it.each([12, 20, 30, 40, 56, 80, 200])('looks like this at %i columns', (columns) => {
    expect(barLine(half, space(columns))).toMatchSnapshot('line');
  });

  it('shows no bar where the size is not known', () => {
    expect(barLine({ ...half, total: undefined, seconds: undefined }, space(80))).toMatchSnapshot();
  });

  it.each([0, 33, 50, 99, 100])('eats candy at %i percent', (percent) => {
    const line = { ...half, received: percent, total: 100 };
    expect(barLine(line, { ...space(80), candy: true })).toMatchSnapshot('line');
  });

  it('is never wider than the terminal, nor holds anything that is not to be printed', () => {
    const line = fc.record({
      label: fc.string({ unit: 'binary', maxLength: 30 }),
      received: fc.nat(2 ** 40),
      total: fc.option(fc.nat(2 ** 40), { nil: undefined }),
      rate: fc.nat(2 ** 40),
      seconds: fc.option(fc.double(), { nil: undefined }),
    });
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 300 }), fc.boolean(), (values, columns, candy) => {
        const text = barLine(values, { ...space(columns), candy });
        expect(columnsOf(text)).toBeLessThanOrEqual(columns);
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(barLine(values, { columns, charset: 'ascii', candy })).toMatch(/^[\x20-\x7E]*$/);
      }),
      // A variation selector at the start of a name belongs to the blank before it.
      { examples: [[{ label: '\uFE0F', received: 0, total: 0, rate: 0, seconds: undefined }, 24, false]] },
    );
  });
});

describe('figures', () => {
  it.each([
    [0, '   0.0   B'],
    [2048, '2048.0   B'],
    [2049, '   2.0 KiB'],
    [1_572_864, '1536.0 KiB'],
    [5 * 2 ** 40, '   5.0 TiB'],
    [5 * 2 ** 60, '5120.0 PiB'],
  ])('%i bytes are %j', (bytes, text) => expect(size(bytes)).toBe(text));

  it.each([
    [0, '0.00   B/s'],
    [9.99, '9.99   B/s'],
    [99.9, '99.9   B/s'],
    [999, ' 999   B/s'],
    [2.54 * 2 ** 20, '2.54 MiB/s'],
  ])('%d bytes a second are %j', (bytes, text) => expect(rate(bytes)).toBe(text));

  it.each([
    [0, '00:00'],
    [61, '01:01'],
    [5999, '99:59'],
    [6000, '--:--'],
    [-1, '--:--'],
    [Number.NaN, '--:--'],
    [undefined, '--:--'],
  ])('%d seconds are %s', (seconds, text) => expect(clock(seconds)).toBe(text));
});

describe('text', () => {
  it.each([
    ['a\u001B]0;title\u0007b', 'a\uFFFD]0;title\uFFFDb', 'a?]0;title?b'],
    ['a\u009B2Jb\r\n', 'a\uFFFD2Jb\uFFFD\uFFFD', 'a?2Jb??'],
    ['\u202Egpj.exe\u2028', '\uFFFDgpj.exe\uFFFD', '?gpj.exe?'],
    ['lone \uD800', 'lone \uFFFD', 'lone ?'],
    ['日本 é 👍', '日本 é 👍', '?? ? ?'],
  ])('%j is printed as %j, or %j', (text, utf8, ascii) => {
    expect(printable(text, 'utf8')).toBe(utf8);
    expect(printable(text, 'ascii')).toBe(ascii);
  });

  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['❤\uFE0F', 2],
    ['ｱ', 1],
    ['', 0],
  ])('%j takes %i columns', (text, columns) => expect(columnsOf(text)).toBe(columns));

  it.each([
    ['abc', 5, 'abc  '],
    ['abcdef', 5, 'ab...'],
    ['日本語', 5, '日...'],
    ['日本語', 4, '... '],
    ['abcdef', 2, '..'],
    ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
  ])('%j in %i columns is %j', (text, columns, fitted) => expect(fit(text, columns)).toBe(fitted));
});
