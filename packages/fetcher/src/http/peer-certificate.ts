import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

import { lateTls } from './late-tls.js';
import { buildConnector, type Connector } from './undici.js';

/**
 * Makes connections as undici does. The error of a certificate also has the certificate, which Node leaves out: its
 * dates are part of the message.
 *
 * @param tls - options of `tls.connect`, with the time limit
 */
export function certificateConnector(tls: buildConnector.BuildOptions): Connector {
  const connector = buildConnector(tls);
  return (options, callback) => {
    // The type lacks what it returns.
    const socket: unknown = connector(options, callback);
    if (options.protocol === 'https:' && socket instanceof lateTls().TLSSocket) keepCertificate(socket);
  };
}

/** Node checks the certificate in its listener for `secure`, and drops the connection there if it is bad. */
function keepCertificate(socket: TLSSocket): void {
  let certificate: DetailedPeerCertificate | undefined;
  socket.prependOnceListener('secure', () => {
    // `getPeerX509Certificate` would take certificates away from the chain that Node is about to check.
    certificate = socket.getPeerCertificate(true);
  });
  socket.prependOnceListener('error', (error) => {
    if (certificate !== undefined) Object.assign(error, { peerCertificate: certificate });
  });
}

/**
 * Returns the certificates of a server, its own first, from the error of a connection.
 *
 * @param error - from a connection of {@link certificateConnector}
 */
export function certificatesOf(error: object): readonly DetailedPeerCertificate[] {
  const found: DetailedPeerCertificate[] = [];
  let next = (error as { readonly peerCertificate?: DetailedPeerCertificate }).peerCertificate;
  while (next !== undefined && !found.includes(next)) {
    found.push(next);
    // A root is its own issuer. The type hides that the last one may have none.
    next = next.issuerCertificate as DetailedPeerCertificate | undefined;
  }
  return found;
}
