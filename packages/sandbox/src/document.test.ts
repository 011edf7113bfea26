import { describe, expect, it } from 'vitest';

import { booleanAt, integerAt, listAt, objectAt, plainAt, text, textAt, wordAt } from './document.js';

describe('plainAt', () => {
  it.each([
    ['a prototype', Object.create({ user: 'nobody' }), 'policy'],
    [
      'a class',
      new (class {
        get user() {
          return 'nobody';
        }
      })(),
      'policy',
    ],
    ['a prototype within', { landlock: Object.create({ paths: [] }) as object }, 'policy.landlock'],
    ['a prototype in a list', { paths: [Object.create({ ro: '/' })] as object[] }, 'policy.paths.0'],
    ['an object without an end', endless(), `policy${'.env'.repeat(33)}`.slice(0, 60)],
  ])('refuses %s', (_, value, path) => {
    expect(() => plainAt(value, 'policy')).toThrow(expect.objectContaining({ code: 'invalid-policy', path }));
  });

  it('takes what JSON gives, an object without a prototype, and process.env', () => {
    const bare = Object.assign(Object.create(null) as object, { a: [{ b: null }] });
    for (const value of [JSON.parse('{"a":[{"b":1}]}'), bare, { env: process.env }, { bytes: Buffer.from('a') }]) {
      expect(() => plainAt(value, 'policy')).not.toThrow();
    }
  });
});

function endless(): object {
  const value: { env?: object } = {};
  value.env = value;
  return value;
}

describe('checks of a document', () => {
  it.each<[string, () => unknown]>([
    ['an object', () => objectAt({ a: 1 }, 'at', ['a', 'b'])],
    ['an empty object', () => objectAt({}, 'at', ['a'])],
    ['a list', () => listAt(['a', 'b'], 'at', textAt)],
    ['an empty list', () => listAt([], 'at', textAt)],
    ['a word', () => wordAt('b', 'at', ['a', 'b'])],
    ['the least integer', () => integerAt(3, 'at', [3, 5])],
    ['the greatest integer', () => integerAt(5, 'at', [3, 5])],
    ['false', () => booleanAt(false, 'at')],
  ])('takes %s', (_, check) => {
    expect(check).not.toThrow();
  });

  it.each<[string, () => unknown, RegExp]>([
    ['an unknown key', () => objectAt({ c: 1 }, 'at', ['a', 'b']), /at\.c is unknown\. Use: a, b/],
    ['a key that is undefined', () => objectAt({ a: undefined }, 'at', ['a']), /at\.a is undefined/],
    ['an inherited name', () => objectAt({ constructor: 1 }, 'at', ['a']), /at\.constructor is unknown/],
    ['__proto__ from JSON', () => objectAt(JSON.parse('{"__proto__": 1}'), 'at', ['a']), /at\.__proto__ is unknown/],
    ['a list for an object', () => objectAt([], 'at', []), /at is no object/],
    ['null for an object', () => objectAt(null, 'at', []), /at is no object/],
    ['a text for a list', () => listAt('ab', 'at', textAt), /at "ab" is no list/],
    ['a list with a wrong entry', () => listAt(['a', 1], 'at', textAt), /at\[1\] 1 is no text/],
    ['an empty text', () => textAt('', 'at'), /at "" is no text/],
    ['a text with a NUL', () => textAt('a\0b', 'at'), /holds no NUL/],
    ['another word', () => wordAt('c', 'at', ['a', 'b']), /at "c" is unknown\. Use one of: a, b/],
    ['a smaller integer', () => integerAt(2, 'at', [3, 5]), /at 2 is no integer from 3 to 5/],
    ['a greater integer', () => integerAt(6, 'at', [3, 5]), /no integer/],
    ['a fraction', () => integerAt(3.5, 'at', [3, 5]), /no integer/],
    ['NaN', () => integerAt(Number.NaN, 'at', [3, 5]), /no integer/],
    ['digits in a text', () => integerAt('4', 'at', [3, 5]), /at "4" is no integer/],
    ['a number for a boolean', () => booleanAt(0, 'at'), /neither true nor false/],
  ])('refuses %s', (_, check, message) => {
    expect(check).toThrow(expect.objectContaining({ code: 'invalid-policy', message: expect.stringMatching(message) }));
  });

  it('shows at most 60 characters of a value', () => {
    expect(text('x'.repeat(100))).toHaveLength(60);
    expect(text(undefined)).toBe('undefined');
  });
});
