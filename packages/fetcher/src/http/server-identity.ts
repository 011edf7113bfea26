import { checkServerIdentity as checkNames, type PeerCertificate } from 'node:tls';

/**
 * Checks a server's certificate beyond its chain: its names count from subjectAltName only (RFC 9525, 6.3). Node itself
 * takes the common name where there is none.
 *
 * @param hostname - what was asked for
 * @param certificate - the server's own, not those of its issuers
 * @returns an error, as `tls.connect` wants it; undefined if all is well
 */
export function checkServerIdentity(hostname: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname !== undefined) return checkNames(hostname, certificate);
  const error = new Error("The server's certificate is refused: it names no host");
  return Object.assign(error, { code: 'ERR_TLS_CERT_NO_ALT_NAME' });
}
