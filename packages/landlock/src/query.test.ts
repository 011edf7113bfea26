import { describe, expect, it } from 'vitest';

import { allows, type Query } from './allows.js';
import { policy } from './policy.js';

const everything = policy({ abi: 7, paths: [], net: { connectTcp: [], bindTcp: [] }, scope: ['signal'] });

describe('a query', () => {
  it.each<[Query, boolean]>([
    [{ path: '/', right: 'read_dir' }, false],
    [{ connectTcp: 22 }, false],
    [{ bindTcp: 0 }, false],
    [{ bindUdp: 65_535 }, true],
    [{ scope: 'signal' }, false],
    [{ scope: 'abstract_unix_socket' }, true],
  ])('%o is answered', (query, allowed) => {
    expect(allows(everything, query).allowed).toBe(allowed);
  });

  it.each<unknown>([
    {},
    null,
    'signal',
    { conectTcp: 22 },
    { connectTcp: 99_999 },
    { connectTcp: -1 },
    { connectTcp: 22.5 },
    { connectTcp: '22' },
    { connectTcp: undefined },
    { connectTcp: 22, bindTcp: 22 },
    { scope: 'signals' },
    { scope: 'signal', port: 1 },
    { path: '/' },
    { path: '/', right: 'read' },
    { path: '/', right: 'read_dir', scope: 'signal' },
    { path: '', right: 'read_dir' },
    { path: '/a\0b', right: 'read_dir' },
    { path: 7, right: 'read_dir' },
    { rename: '/a' },
    { rename: '/a', link: '/b' },
    { rename: '', to: '/b' },
    { link: '/a', to: 7 },
    { link: '/a', to: '/b', right: 'refer' },
  ])('%o is not a valid query', (query) => {
    const error = expect.objectContaining({ code: 'invalid-policy', step: 'allows' });
    expect(() => allows(everything, query as Query)).toThrow(error);
  });
});
