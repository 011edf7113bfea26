import { readFileSync } from 'node:fs';

import { type Work, workerDescriptors } from '../channel.js';
import { Connections } from '../transfer/connections.js';
import { TransferFailure } from '../transfer/failure.js';

/** The connections of one worker: they stay open between files of one host. */
export function connectionsOf({ limits, parallel, hasCertificates, proxies }: Work): Connections {
  let text: string | undefined;
  return new Connections({
    connectTimeout: limits.connectTimeout,
    // The descriptor can be read to its end only once.
    certificates: () => (hasCertificates ? (text ??= readCertificates()) : undefined),
    proxies,
    connections: parallel,
  });
}

function readCertificates(): string {
  const text = readFileSync(workerDescriptors.certificates, 'latin1');
  // To Node an empty list means its own one: that would trust what nobody asked to trust.
  if (!text.includes('-----BEGIN')) throw new TransferFailure('tls', 'The file of certificates holds none');
  return text;
}
