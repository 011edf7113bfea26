import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseContentLength, parseContentRange, parseUnsatisfiedRange } from './content-range.js';

describe('parseContentRange', () => {
  it.each([
    ['bytes 10-99/100', { start: 10, total: 100 }],
    ['bytes 0-0/1', { start: 0, total: 1 }],
    ['Bytes 5-9/10', { start: 5, total: 10 }],
  ])('reads %s', (header, expected) => expect(parseContentRange(header)).toEqual(expected));

  it.each([
    undefined,
    '',
    'bytes 10-99',
    'bytes */100',
    'bytes 5-9/*',
    'bytes 10-98/100',
    'bytes 10-100/100',
    'bytes 99-10/100',
    'bytes -10-99/100',
    'items 0-9/10',
    'bytes 0-9/10, bytes 0-9/10',
    'bytes 0x1-9/10',
    'bytes 1-99999999999999999999/99999999999999999999',
  ])('refuses %s', (header) => expect(parseContentRange(header)).toBeUndefined());

  it('reads the header that a server writes for the rest of any file', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1 }), (start, length) => {
        const total = start + length;
        expect(parseContentRange(`bytes ${start}-${total - 1}/${total}`)).toEqual({ start, total });
      }),
    );
  });
});

describe('other lengths', () => {
  it('reads the length in a 416', () => {
    expect(parseUnsatisfiedRange('bytes */100')).toBe(100);
    expect(parseUnsatisfiedRange('bytes 0-1/100')).toBeUndefined();
  });

  it.each(['10', ' 10', '10   ', '\t10 \t'])('reads Content-Length %j', (header) =>
    expect(parseContentLength(header)).toBe(10),
  );

  it.each([undefined, '', '-1', '1.5', '0x10', '1e3', '10, 10', '1 0', '10\n', '9999999999999999'])(
    'takes no Content-Length %j',
    (header) => expect(parseContentLength(header)).toBeUndefined(),
  );
});
