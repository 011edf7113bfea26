import { readFileSync } from 'node:fs';

import { type Work, workerDescriptors } from '../channel.js';
import { dispatcherFor } from '../transfer/dispatcher.js';
import { TransferFailure } from '../transfer/failure.js';
import type { Dispatcher } from '../transfer/undici.js';

/**
 * The connections of one worker: they stay open between files of one host.
 *
 * @returns for a URL, what its requests go through
 */
export function connectionsOf({ limits, parallel, hasCertificates }: Work): (url: URL) => Dispatcher {
  const pools = new Map<string, Dispatcher>();
  return (url) => {
    let pool = pools.get(url.protocol);
    if (pool === undefined) {
      const certificates = (): string | undefined => (hasCertificates ? readCertificates() : undefined);
      pool = dispatcherFor(url, { connectTimeout: limits.connectTimeout, certificates, connections: parallel });
      pools.set(url.protocol, pool);
    }
    return pool;
  };
}

function readCertificates(): string {
  const text = readFileSync(workerDescriptors.certificates, 'latin1');
  // To Node an empty list means its own one: that would trust what nobody asked to trust.
  if (!text.includes('-----BEGIN')) throw new TransferFailure('tls', 'The file of certificates holds none');
  return text;
}
