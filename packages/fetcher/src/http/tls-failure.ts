import { certificatesOf } from './peer-certificate.js';

const elsewhere = 'or use another server';

/** Why TLS failed and what to do, in words that help the reader. The first match is used. */
const reasons: readonly (readonly [codes: RegExp, text: (error: object) => string])[] = [
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    (error) => `its certificate is for another host${namesOf(error)}; correct the name of the server, ${elsewhere}`,
  ],
  [/^ERR_TLS_CERT_NO_ALT_NAME$/, () => 'its certificate names no host; use another server'],
  [/^CERT_HAS_EXPIRED$/, (error) => `its certificate ${expiry(error)}; ${clockHint()}`],
  [/^CERT_NOT_YET_VALID$/, (error) => `its certificate ${beginning(error)}; ${clockHint()}`],
  [
    /^DEPTH_ZERO_SELF_SIGNED_CERT/,
    () => `its certificate is self-signed; add it to the certificates to trust if you know it, ${elsewhere}`,
  ],
  [
    /^SELF_SIGNED_CERT_IN_CHAIN|^UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)/,
    () =>
      'its certificate is from an authority that is not trusted; ' +
      `add that of the authority to the certificates to trust if you know it, ${elsewhere}`,
  ],
  [/^CERT_REVOKED$/, () => 'its certificate was revoked; use another server'],
  [/^INVALID_PURPOSE$/, () => "its certificate isn't for servers; use another server"],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    () => `it does not use TLS on this port; correct the port, ${elsewhere}`,
  ],
  [/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/, () => 'it does not support TLS 1.2 or newer; use another server'],
  // Errors of OpenSSL about a certificate for which Node has no code.
  [/^UNSPECIFIED$/, (error) => (error as Error).message],
];

/**
 * Returns why TLS failed, and what to do.
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

/** One certificate of the chain has expired, perhaps not the first. */
function expiry(error: object): string {
  const ends = certificatesOf(error).map((one) => Date.parse(one.valid_to));
  const past = ends.find((end) => end < Date.now());
  return past === undefined ? 'has expired' : `expired on ${dayOf(past)}`;
}

function beginning(error: object): string {
  const starts = certificatesOf(error).map((one) => Date.parse(one.valid_from));
  const later = starts.find((start) => start > Date.now());
  return later === undefined ? 'is not valid yet' : `is not valid before ${dayOf(later)}`;
}

function clockHint(): string {
  return `this machine's clock says ${dayOf(Date.now())}: set it if it is wrong, ${elsewhere}`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
