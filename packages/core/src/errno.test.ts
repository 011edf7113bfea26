import { statSync } from 'node:fs';
import { constants } from 'node:os';

import { describe, expect, it } from 'vitest';

import { errnoName, errorCode, systemReason } from './errno.js';

describe('errnoName', () => {
  it.each([
    [1, 'EPERM'],
    [-2, 'ENOENT'],
    [11, 'EAGAIN'],
    [9999, 'E9999'],
  ])('%i is %s', (number, name) => expect(errnoName(number)).toBe(name));

  it('has the names that Node has', () => {
    const numbers = Array.from({ length: 140 }, (_, number) => number);
    // EWOULDBLOCK is EAGAIN, and EOPNOTSUPP is ENOTSUP: the first name counts.
    const named = new Map(
      Object.entries(constants.errno)
        .toReversed()
        .map(([name, number]) => [number, name]),
    );
    expect(numbers.map(errnoName)).toEqual(numbers.map((number) => named.get(number) ?? `E${number}`));
  });
});

describe('errorCode', () => {
  it('reads the code of an error of Node', () => {
    try {
      statSync('/nonexistent');
      expect.unreachable();
    } catch (error) {
      expect(errorCode(error)).toBe('ENOENT');
    }
  });

  it.each([new Error('plain'), null, 'ENOENT', { code: 'ENOENT' }, Object.assign(new Error('n'), { code: 5 })])(
    'finds none in %s',
    (value) => expect(errorCode(value)).toBeUndefined(),
  );
});

describe('systemReason', () => {
  it('gives the code and the words of an error of the system', () => {
    try {
      statSync('/nonexistent');
      expect.unreachable();
    } catch (error) {
      expect(systemReason(error)).toBe('ENOENT (no such file or directory)');
    }
  });

  it.each([
    [Object.assign(new Error('odd'), { code: 'EODD' }), 'EODD'],
    [new Error('a message'), 'a message'],
    ['text', 'text'],
  ])('gives what there is of %s', (error, expected) => expect(systemReason(error)).toBe(expected));
});
