import { describe, expect, it } from 'vitest';

import { signatureUrl } from './signature-url.js';

describe('signatureUrl', () => {
  it.each([
    ['http://a/x.pkg.tar.zst', 'http://a/x.pkg.tar.zst', 'http://a/x.pkg.tar.zst.sig'],
    ['http://a/x.pkg.tar.zst', 'https://b/y.pkg.tar.zst', 'https://b/y.pkg.tar.zst.sig'],
    ['http://a/core.db', 'https://b/core.db.tar.gz', 'https://b/core.db.tar.gz.sig'],
    ['http://a/core.files', 'https://b/core.files', 'https://b/core.files.sig'],
    ['http://a/x.pkg.tar.zst', 'https://b/4711?name=x.pkg', 'http://a/x.pkg.tar.zst.sig'],
    ['http://a/x', 'https://b/pool.pkg/x', 'http://a/x.sig'],
    ['http://a/x', 'http://a/x', 'http://a/x.sig'],
    ['http://a/x?key=1', 'http://a/x?key=1', 'http://a/x.sig?key=1'],
    ['file:///srv/x.pkg', 'file:///srv/x.pkg', 'file:///srv/x.pkg.sig'],
    ['file:///srv/a%20b.pkg', 'file:///srv/a%20b.pkg', 'file:///srv/a%20b.pkg.sig'],
  ])('of %s, found at %s, is %s', (original, effective, expected) =>
    expect(signatureUrl(new URL(original), new URL(effective), '.sig').href).toBe(expected),
  );

  it('keeps credentials for their own origin', () => {
    const original = new URL('http://me:secret@a/x.pkg');
    expect(signatureUrl(original, new URL('http://a/y.pkg'), '.sig').href).toBe('http://me:secret@a/y.pkg.sig');
    expect(signatureUrl(original, new URL('http://b/x.pkg'), '.sig').href).toBe('http://b/x.pkg.sig');
  });
});
