import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { listOf, wordsOf } from './words.js';

describe('listOf', () => {
  it('splits at spaces only', () => {
    expect(listOf('a  b\tc ')).toEqual(['a', 'b\tc']);
    expect(listOf('')).toEqual([]);
  });
});

describe('wordsOf', () => {
  it.each([
    ['', []],
    [' a\tb  c ', ['a', 'b', 'c']],
    ['"a b" \'c "d\'', ['a b', 'c "d']],
    ['x"y z"w', ['xy zw']],
    ['""', ['']],
    ['\\"a', ['"a']],
    ['"a\\"b"', ['a"b']],
    ['"a\\\\"b"', ['a\\"b']],
    ["'a\\b'", ['a\\b']],
    ['a\\b', ['a\\b']],
    ['%u', ['%u']],
  ])('splits %s', (command, words) => {
    expect(wordsOf(command)).toEqual(words);
  });

  it.each(['"a', "x'", '"a\\"', '\\"a b"'])('has no words for %s', (command) => {
    expect(wordsOf(command)).toBeUndefined();
  });

  it('gives back words that were put between quotes', () => {
    // A backslash before the closing quote can't be written, so words that have one at their end are left out.
    const word = fc.string({ unit: fc.constantFrom('a', ' ', "'", '\t') });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(wordsOf(words.map((one) => `"${one}"`).join(' '))).toEqual(words);
      }),
    );
  });
});
