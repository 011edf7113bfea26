/** The numbers to compare an argument with. */
import { custom, isTextOrNumber, type Reader, shown } from '@sb/core/document';

import { invalid } from '../errors.js';

const low32 = 0xffff_ffff;
const low64 = 0xffff_ffff_ffff_ffffn;

/** An unsigned 32-bit number; in text, hexadecimal digits after `0x`. */
export const narrow: Reader<number> = custom({
  expected: 'an unsigned 32-bit number',
  schema: {
    title: 'number32',
    anyOf: [
      { type: 'integer', minimum: 0, maximum: low32 },
      { type: 'string', pattern: '^0[xX][0-9a-fA-F]{1,8}$' },
    ],
  },
  is: isTextOrNumber,
  read: (value, path) => {
    const number = typeof value === 'string' && /^0x[0-9a-f]{1,8}$/i.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= low32) return number;
    throw invalid(
      path,
      `is not an unsigned 32-bit number: ${shown(value)}`,
      'Give 0 to 4294967295; write -1 as 0xffffffff, and use a 64-bit form for anything wider.',
    );
  },
});

/** An unsigned 64-bit number, as 16 hexadecimal digits after `0x`. */
export const wide: Reader<string> = custom({
  expected: 'an unsigned 64-bit number',
  schema: {
    title: 'number64',
    anyOf: [
      { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: '^(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})$' },
    ],
  },
  is: (value): value is string | number | bigint => isTextOrNumber(value) || typeof value === 'bigint',
  read: (value, path) => {
    const isSafe = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    const isWritten = typeof value === 'string' && /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value);
    if (isSafe || isWritten || typeof value === 'bigint') {
      const number = BigInt(value);
      if (number >= 0n && number <= low64) return `0x${number.toString(16).padStart(16, '0')}`;
    }
    throw invalid(
      path,
      `is not an unsigned 64-bit number: ${shown(value)}`,
      'Give an integer from 0; above 2⁵³ a bigint, or in JSON a string such as "0xffffffffffffffff".',
    );
  },
});
