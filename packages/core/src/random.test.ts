import { randomBytes } from 'node:crypto';

import { afterEach, describe, expect, it, vi } from 'vitest';

import * as kernelFile from './kernel-file.js';
import { lateCrypto, randomNumber } from './random.js';

const largest = 2n ** 64n;

/** Bits that are not the same in all of these numbers. */
function varying(numbers: readonly bigint[]): bigint {
  const [first = 0n] = numbers;
  return numbers.reduce((bits, number) => bits | (number ^ first), 0n);
}

describe('randomNumber', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('has 64 bits, each of them random, and never the same twice', () => {
    const numbers = Array.from({ length: 200 }, randomNumber);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(varying(numbers)).toBe(largest - 1n);
  });

  it.each(['', 'ffffffff-ffff-1fff-bfff-ffffffffffff\n', 'x'])(
    'does not rely on a file of the kernel that says %j',
    (text) => {
      vi.spyOn(kernelFile, 'readKernelFile').mockReturnValue(text);
      const numbers = Array.from({ length: 200 }, randomNumber);
      expect(varying(numbers)).toBe(largest - 1n);
    },
  );

  it('works where that file is denied', () => {
    vi.spyOn(kernelFile, 'readKernelFile').mockImplementation(() => {
      throw new Error('EACCES');
    });
    expect(randomNumber()).not.toBe(randomNumber());
  });
});

it('lateCrypto is the module of Node', () => {
  expect(lateCrypto().randomBytes).toBe(randomBytes);
});
