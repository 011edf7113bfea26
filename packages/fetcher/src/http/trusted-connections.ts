import { readAll } from '@sb/core';

import type { ProxyRules } from './proxies.js';
import { Connections } from './connections.js';
import { TransferFailure } from '../errors/transfer-failure.js';

/** Options of connections. */
interface ConnectionChoice {
  /** Milliseconds to resolve a host and connect to it. */
  readonly connectTimeout: number;
  /** Simultaneous connections to one host. */
  readonly parallel: number;
  readonly proxies: ProxyRules;
  /** Whether they stay open between files. Default: true. */
  readonly keeps?: boolean;
  /** Called when one more request can be sent ahead. Default: none is. */
  readonly onRoom?: () => void;
}

/**
 * Returns the connections of one process that downloads.
 *
 * @param certificates - the open PEM file of certificates to trust; undefined: Node's own
 */
export function connectionsOf(
  { parallel, ...choice }: ConnectionChoice,
  certificates: number | undefined,
): Connections {
  let text: string | undefined;
  return new Connections({
    ...choice,
    // The descriptor can be read only once.
    certificates: () => (certificates === undefined ? undefined : (text ??= readCertificates(certificates))),
    connections: parallel,
  });
}

/** In bytes; the certificates of a system have 300 KB. */
const maxCertificates = 64 * 1024 * 1024;

function readCertificates(descriptor: number): string {
  const text = readAll(descriptor, maxCertificates)?.toString('latin1') ?? '';
  // For Node, an empty list means its own certificates, which the caller did not ask to trust.
  if (!text.includes('-----BEGIN'))
    throw new TransferFailure('tls', 'The certificate file does not contain a certificate');
  return text;
}
