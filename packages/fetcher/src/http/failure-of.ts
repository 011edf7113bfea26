import { errorCode } from '@sb/core';

import type { FailureKind } from '../errors/error-codes.js';
import { TransferFailure } from '../errors/transfer-failure.js';

/** Error codes of Node, OpenSSL and undici, by what they mean for a download. The first match counts. */
const meanings: readonly (readonly [codes: RegExp, kind: FailureKind, text: (url: URL, message: string) => string])[] =
  [
    [/^(?:ENOTFOUND|EAI_)/, 'dns', ({ hostname }) => `Could not resolve host: ${hostname}`],
    [/^UND_ERR_CONNECT_TIMEOUT$/, 'connect', ({ host }) => `Connection to ${host} timed out`],
    [
      /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL|EACCES)$/,
      'connect',
      ({ host }) => `Could not connect to ${host}`,
    ],
    [
      /^(?:UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/,
      'too-slow',
      ({ host }) => `${host} sent nothing for too long`,
    ],
    [
      /CERT|^ERR_TLS|^ERR_SSL|^EPROTO$|SIGNATURE|ISSUER|CRL|^(?:INVALID_PURPOSE|INVALID_CA|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/,
      'tls',
      ({ host }) => `TLS with ${host} failed`,
    ],
    // What OpenSSL says of a certificate and Node has no code for.
    [/^UNSPECIFIED$/, 'tls', ({ host }, message) => `TLS with ${host} failed: ${message}`],
    [/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/, 'truncated', ({ host }) => `${host} closed the connection early`],
    [/^(?:HPE_|UND_ERR_)/, 'protocol', ({ host }) => `${host} does not speak proper HTTP`],
  ];

/**
 * Turns whatever a request threw into a {@link TransferFailure}.
 *
 * @param error - from undici, from the socket beneath it, or a failure already
 * @param url - what was being requested
 */
export function failureOf(error: unknown, url: URL): TransferFailure {
  if (error instanceof TransferFailure) return error;
  const coded = causes(error).map((cause) => ({ code: errorCode(cause) ?? '', message: messageOf(cause) }));
  for (const [pattern, kind, text] of meanings) {
    const found = coded.find(({ code }) => pattern.test(code));
    if (found !== undefined) return new TransferFailure(kind, `${text(url, found.message)} (${found.code})`, error);
  }
  return new TransferFailure(
    'protocol',
    `${url.host}: ${error instanceof Error ? error.message : 'unknown error'}`,
    error,
  );
}

/** An error, and what it was caused by; innermost first, since that says most. */
function causes(error: unknown): readonly object[] {
  if (typeof error !== 'object' || error === null) return [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(causes) : causes((error as Error).cause);
  return [...inner, error];
}

function messageOf(error: object): string {
  return error instanceof Error ? error.message : '';
}
