import { describe, expect, it } from 'vitest';

import { readRequest, unknownTotal, wireHeader } from './wire.js';

describe('readRequest', () => {
  it('reads what a front door asks for', () => {
    expect(readRequest('16384 http://mirror/a.sig')).toEqual({ url: new URL('http://mirror/a.sig'), maxBytes: 16_384 });
    expect(readRequest(`${Number.MAX_SAFE_INTEGER} https://mirror/a`)?.maxBytes).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    '',
    'http://mirror/a',
    '1 ftp://mirror/a',
    '1 file:///etc/shadow',
    '-1 http://mirror/a',
    '9007199254740992 http://mirror/a',
    '1 http://mirror/a b',
    '1 http://[/a',
    `1 http://mirror/${'a'.repeat(2100)}`,
  ])('takes %j for no request', (line) => expect(readRequest(line)).toBeUndefined());
});

describe('wireHeader', () => {
  it('has 16 bytes for every value', () => {
    expect(wireHeader('data', 258).toString('hex')).toBe('44000000000000000201000000000000');
    expect(wireHeader('time', 1_767_323_045_000).toString('hex')).toBe('5400000000000000888ca97c9b010000');
    expect(wireHeader('started', unknownTotal).toString('hex')).toBe('5300000000000000ffffffffffffffff');
  });
});
