import { errorCode } from '@sb/core';
import { filesClause, isFilesError, openTrustedFile } from '@sb/files';

import { FetcherError } from '../errors/fetcher-error.js';

/** Where systems keep the certificates that they trust, as one PEM file; the first existing one is used. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt', // Arch, Debian, Alpine, Gentoo
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // the BSDs, macOS, older Alpine
];

/**
 * Opens the certificates to trust, so that the worker needs no right to read them. A user who can write them decides
 * which servers are trusted. So for root, only root may be able to write them.
 *
 * @param file - a bundle that replaces the system's; undefined for the system's
 * @returns a descriptor; undefined if the system has none, and Node's own certificates apply
 * @throws FetcherError `invalid-request` if a bundle can't be read
 */
export function openCertificates(file: string | undefined): number | undefined {
  for (const bundle of file === undefined ? bundles : [file]) {
    try {
      return openTrustedFile(bundle);
    } catch (error) {
      if (isFilesError(error)) {
        throw new FetcherError('invalid-request', filesClause(error), { path: bundle, hint: error.hint });
      }
      const code = errorCode(error);
      if (file === undefined && code === 'ENOENT') continue;
      const hint = 'Name a PEM file that this user may read, or leave certificates out.';
      throw new FetcherError('invalid-request', `certificates ${bundle} can't be read: ${code}`, {
        path: bundle,
        hint,
      });
    }
  }
  return undefined;
}
