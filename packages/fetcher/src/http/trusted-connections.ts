import { readAll } from '@sb/core';

import type { ProxyRules } from './proxies.js';
import { Connections } from './connections.js';
import { TransferFailure } from '../errors/transfer-failure.js';

/** What is decided of connections before there is any. */
interface ConnectionChoice {
  /** Milliseconds to resolve a host and connect to it. */
  readonly connectTimeout: number;
  /** Connections to one host at once. */
  readonly parallel: number;
  readonly proxies: ProxyRules;
  /** Whether they stay open between files. Default: true. */
  readonly keeps?: boolean;
}

/**
 * The connections of one process that downloads.
 *
 * @param certificates - the open PEM file of those to trust; undefined: those that Node brings
 */
export function connectionsOf(
  { parallel, ...choice }: ConnectionChoice,
  certificates: number | undefined,
): Connections {
  let text: string | undefined;
  return new Connections({
    ...choice,
    // The descriptor can be read to its end only once.
    certificates: () => (certificates === undefined ? undefined : (text ??= readCertificates(certificates))),
    connections: parallel,
  });
}

/** Bytes; a system's own have 300 KB. */
const maxCertificates = 64 * 1024 * 1024;

function readCertificates(descriptor: number): string {
  const text = readAll(descriptor, maxCertificates)?.toString('latin1') ?? '';
  // To Node an empty list means its own one: that would trust what nobody asked to trust.
  if (!text.includes('-----BEGIN')) throw new TransferFailure('tls', 'The file of certificates holds none');
  return text;
}
