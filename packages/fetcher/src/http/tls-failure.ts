/** Why TLS failed, in words that help the reader. The first match is used. */
const reasons: readonly (readonly [codes: RegExp, text: (error: object) => string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, (error) => `its certificate is for another host${namesOf(error)}`],
  [/^ERR_TLS_CERT_NO_ALT_NAME$/, () => 'its certificate names no host'],
  [/^CERT_HAS_EXPIRED$/, () => `its certificate has expired, or this machine's clock is wrong: ${now()}`],
  [/^CERT_NOT_YET_VALID$/, () => `its certificate isn't valid yet, or this machine's clock is wrong: ${now()}`],
  [
    /^(?:DEPTH_ZERO_)?SELF_SIGNED_CERT/,
    () => 'its certificate is self-signed, or signed by an authority that is not trusted',
  ],
  [/^UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)/, () => 'its certificate is from an authority that is not trusted'],
  [/^CERT_REVOKED$/, () => 'its certificate was revoked'],
  [/^INVALID_PURPOSE$/, () => "its certificate isn't for servers"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, () => 'it does not use TLS on this port'],
  [/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/, () => 'it does not support TLS 1.2 or newer'],
  // Errors of OpenSSL about a certificate for which Node has no code.
  [/^UNSPECIFIED$/, (error) => (error as Error).message],
];

/**
 * Returns why TLS failed.
 *
 * @param code - of Node or OpenSSL (tls, "X509 certificate error codes")
 * @param error - with that code
 * @returns undefined if the code is all that is known
 */
export function tlsReason(code: string, error: object): string | undefined {
  return reasons.find(([pattern]) => pattern.test(code))?.[1](error);
}

/** The most characters of a certificate's names that are shown. */
const mostShown = 100;

/** The names in a certificate, which are chosen by its author. */
function namesOf(error: object): string {
  const { cert } = error as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  if (typeof names !== 'string' || names === '') return '';
  return `, ${names.length > mostShown ? `${names.slice(0, mostShown)}…` : names}`;
}

function now(): string {
  return new Date().toISOString().slice(0, 10);
}
