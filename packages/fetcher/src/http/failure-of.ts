import { errorCode } from '@sb/core';

import type { FailureKind } from '../errors/error-codes.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { tlsReason } from './tls-failure.js';

/** An error of Node, OpenSSL or undici. */
interface Coded {
  readonly code: string;
  readonly error: object;
}

/** Why no connection was made, in the words of connect(2). */
const refusals: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ETIMEDOUT: 'no answer in time',
  EADDRNOTAVAIL: 'no local address is free',
  EACCES: 'not permitted',
};

/** Error codes of Node, OpenSSL and undici, with their meaning for a download. The first match is used. */
const meanings: readonly (readonly [codes: RegExp, kind: FailureKind, text: (url: URL, error: Coded) => string])[] = [
  [/^(?:ENOTFOUND|EAI_)/, 'dns', ({ hostname }) => `Could not resolve host: ${hostname}`],
  [/^UND_ERR_CONNECT_TIMEOUT$/, 'connect', ({ host }) => `Connection to ${host} timed out`],
  [
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL|EACCES)$/,
    'connect',
    ({ host }, { code }) => `Could not connect to ${host}: ${refusals[code] ?? 'refused'}`,
  ],
  [/^(?:UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/, 'too-slow', ({ host }) => `${host} sent nothing for too long`],
  [
    /CERT|^ERR_TLS|^ERR_SSL|^EPROTO$|SIGNATURE|ISSUER|CRL|^(?:INVALID_PURPOSE|INVALID_CA|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/,
    'tls',
    tlsFailed,
  ],
  [/^UNSPECIFIED$/, 'tls', tlsFailed],
  [/^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/, 'truncated', ({ host }) => `${host} closed the connection early`],
  [/^(?:HPE_|UND_ERR_)/, 'protocol', ({ host }) => `${host} does not speak valid HTTP`],
];

/**
 * Converts any error of a request to a {@link TransferFailure}.
 *
 * @param error - from undici, from its socket, or already a failure
 * @param url - what was being requested
 */
export function failureOf(error: unknown, url: URL): TransferFailure {
  if (error instanceof TransferFailure) return error;
  const coded = causes(error).map((cause) => ({ code: errorCode(cause) ?? '', error: cause }));
  for (const [pattern, kind, text] of meanings) {
    const found = coded.find(({ code }) => pattern.test(code));
    if (found !== undefined) return new TransferFailure(kind, `${text(url, found)} (${found.code})`, error);
  }
  // The parser's error has no code for some answers, and its text names protocols that nobody asked for.
  if (coded.some((one) => (one.error as Error).name === 'HTTPParserError'))
    return new TransferFailure('protocol', `${url.host} does not speak valid HTTP`, error);
  return new TransferFailure(
    'protocol',
    `The request to ${url.host} failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    error,
  );
}

/** An error and its causes; the innermost first, because that is the most informative. */
function causes(error: unknown): readonly object[] {
  if (typeof error !== 'object' || error === null) return [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(causes) : causes((error as Error).cause);
  return [...inner, error];
}

function tlsFailed({ host }: URL, { code, error }: Coded): string {
  const why = tlsReason(code, error);
  return `TLS with ${host} failed${why === undefined ? '' : `: ${why}`}`;
}
