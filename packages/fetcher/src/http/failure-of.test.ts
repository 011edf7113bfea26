import { describe, expect, it } from 'vitest';

import { TransferFailure } from '../errors/transfer-failure.js';
import { failureOf } from './failure-of.js';

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

  it('returns its own failures unchanged', () => {
    const failure = new TransferFailure('file', 'full');
    expect(failureOf(failure, url)).toBe(failure);
  });
});
