import type { PeerCertificate } from 'node:tls';

import { lateTls } from './late-tls.js';

/**
 * Checks a server's certificate beyond its chain: only names from subjectAltName count (RFC 9525, 6.3). Node itself
 * falls back to the common name.
 *
 * @param hostname - the requested host
 * @param certificate - the server's own, not those of its issuers
 * @returns an error, as `tls.connect` requires; undefined if the certificate is valid
 */
export function checkServerIdentity(hostname: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname !== undefined) return lateTls().checkServerIdentity(hostname, certificate);
  const error = new Error("The server's certificate is refused: it names no host");
  return Object.assign(error, { code: 'ERR_TLS_CERT_NO_ALT_NAME' });
}
