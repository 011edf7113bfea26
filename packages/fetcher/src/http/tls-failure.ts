/** Why TLS failed, in words that help whoever reads them. The first match counts. */
const reasons: readonly (readonly [codes: RegExp, text: (error: object) => string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, (error) => `its certificate is for another host${namesOf(error)}`],
  [/^ERR_TLS_CERT_NO_ALT_NAME$/, () => 'its certificate names no host'],
  [/^CERT_HAS_EXPIRED$/, () => `its certificate has expired, or this machine's clock is wrong: ${now()}`],
  [/^CERT_NOT_YET_VALID$/, () => `its certificate isn't valid yet, or this machine's clock is wrong: ${now()}`],
  [
    /^(?:DEPTH_ZERO_)?SELF_SIGNED_CERT/,
    () => 'its certificate is signed by itself, or by an authority that is not trusted',
  ],
  [/^UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)/, () => 'its certificate is of no authority that is trusted'],
  [/^CERT_REVOKED$/, () => 'its certificate was revoked'],
  [/^INVALID_PURPOSE$/, () => "its certificate isn't for servers"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, () => "it doesn't speak TLS at this port"],
  [/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/, () => 'it speaks no version of TLS from 1.2 on'],
  // What OpenSSL says of a certificate and Node has no code for.
  [/^UNSPECIFIED$/, (error) => (error as Error).message],
];

/**
 * Why TLS failed.
 *
 * @param code - of Node or OpenSSL (tls, "X509 certificate error codes")
 * @param error - with that code
 * @returns undefined where the code says all that is known
 */
export function tlsReason(code: string, error: object): string | undefined {
  return reasons.find(([pattern]) => pattern.test(code))?.[1](error);
}

/** Characters of names of others that are shown. */
const mostShown = 100;

/** The names that a certificate has, which whoever made it has chosen. */
function namesOf(error: object): string {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  if (typeof names !== 'string' || names === '') return '';
  return `, ${names.length > mostShown ? `${names.slice(0, mostShown)}…` : names}`;
}

function now(): string {
  return new Date().toISOString().slice(0, 10);
}
