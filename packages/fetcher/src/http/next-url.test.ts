import { describe, expect, it } from 'vitest';

import { failureOf } from './failure-of.js';
import { TransferFailure } from '../errors/transfer-failure.js';
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

describe('failureOf', () => {
  const url = new URL('https://user:secret@mirror:8443/x');
  const coded = (code: string, cause?: unknown) => Object.assign(new Error('raw', { cause }), { code });

  it.each([
    [coded('ENOTFOUND'), 'dns'],
    [coded('EAI_AGAIN'), 'dns'],
    [coded('ECONNREFUSED'), 'connect'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'connect'],
    [coded('CERT_HAS_EXPIRED'), 'tls'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls'],
    [coded('UND_ERR_SOCKET', coded('ECONNRESET')), 'truncated'],
    [coded('HPE_INVALID_CONSTANT'), 'protocol'],
    [coded('UND_ERR_HEADERS_OVERFLOW'), 'protocol'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'connect'],
    [new Error('no code'), 'protocol'],
    ['a string', 'protocol'],
  ])('takes %s for %s', (error, kind) => {
    const failure = failureOf(error, url);
    expect(failure.kind).toBe(kind);
    expect(failure.message).not.toContain('secret');
  });

  it('passes its own failures on', () => {
    const failure = new TransferFailure('file', 'full');
    expect(failureOf(failure, url)).toBe(failure);
  });
});
