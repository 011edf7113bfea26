import { readAll } from '@sb/core';

import type { Work } from '../channel/messages.js';
import type { Limits } from '../values/limits.js';
import { Connections } from './connections.js';
import { TransferFailure } from './failure-of.js';

/**
 * The connections of one worker: they stay open between files of one host.
 *
 * @param certificates - the open PEM file of those to trust; undefined: those that Node brings
 */
export function connectionsOf(
  {
    limits,
    parallel,
    proxies,
  }: Pick<Work, 'parallel' | 'proxies'> & { readonly limits: Pick<Limits, 'connectTimeout'> },
  certificates: number | undefined,
): Connections {
  let text: string | undefined;
  return new Connections({
    connectTimeout: limits.connectTimeout,
    // The descriptor can be read to its end only once.
    certificates: () => (certificates === undefined ? undefined : (text ??= readCertificates(certificates))),
    proxies,
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
