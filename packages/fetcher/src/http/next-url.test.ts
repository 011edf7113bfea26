import { describe, expect, it } from 'vitest';

import { nextUrl } from './request.js';

describe('nextUrl', () => {
  const from = new URL('https://mirror/a/b');

  it.each([
    ['c', 'https://mirror/a/c'],
    ['/c', 'https://mirror/c'],
    ['//other/c', 'https://other/c'],
    ['https://other:8443/c?x=y', 'https://other:8443/c?x=y'],
  ])('follows %s', (location, expected) => expect(nextUrl(from, location).href).toBe(expected));

  it.each([
    'http://mirror/a',
    'file:///etc/passwd',
    'ftp://mirror/a',
    'data:,x',
    'javascript:1',
    'https://',
    'http://[',
  ])('does not follow %s from https', (location) =>
    expect(() => nextUrl(from, location)).toThrow(expect.objectContaining({ kind: 'redirect' })),
  );

  it('follows http to https', () => {
    expect(nextUrl(new URL('http://mirror/'), 'https://mirror/').href).toBe('https://mirror/');
  });
});
