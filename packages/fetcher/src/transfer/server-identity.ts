import { checkServerIdentity as checkNames, type PeerCertificate } from 'node:tls';

/** Bits of an RSA key that public authorities have to use at least (CA/Browser Forum Baseline Requirements, 6.1.5). */
const minRsaBits = 2048;

/**
 * Checks a server's certificate beyond its chain: its names, which count from subjectAltName only (RFC 9525, 6.3), and
 * the size of its key. Node itself takes the common name where there is no subjectAltName, and any key.
 *
 * @param hostname - what was asked for
 * @param certificate - the server's own, not those of its issuers
 * @returns an error, as `tls.connect` wants it; undefined if all is well
 */
export function checkServerIdentity(hostname: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) return refusal('ERR_TLS_CERT_NO_ALT_NAME', 'it names no host');
  // Only RSA keys have a modulus.
  if (certificate.modulus !== undefined && (certificate.bits ?? 0) < minRsaBits) {
    return refusal('ERR_TLS_CERT_WEAK_KEY', `its RSA key has ${certificate.bits} bits`);
  }
  return checkNames(hostname, certificate);
}

function refusal(code: string, why: string): Error {
  return Object.assign(new Error(`The server's certificate is refused: ${why}`), { code });
}
