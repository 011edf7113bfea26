import { openSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';

/** Where systems keep the certificates that they trust, as one PEM file; the first that is there counts. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt', // Arch, Debian, Alpine, Gentoo
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // the BSDs, macOS, older Alpine
];

/**
 * Opens the certificates to trust, so that the worker needs no right to read them.
 *
 * @param file - a bundle that replaces the system's; undefined for the system's
 * @returns a descriptor; undefined if the system has none, and those that come with Node count
 * @throws FetchError `usage` if the named file can't be read
 */
export function openCertificates(file: string | undefined): number | undefined {
  if (file !== undefined) {
    try {
      return openSync(file, 'r');
    } catch (error) {
      throw unreadable(file, error);
    }
  }
  for (const bundle of bundles) {
    try {
      return openSync(bundle, 'r');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw unreadable(bundle, error);
    }
  }
  return undefined;
}

function unreadable(file: string, error: unknown): FetchError {
  const text = `certificates ${file} can't be read: ${errorCode(error)}`;
  return new FetchError('usage', text, 'Name a PEM file with --cacert.');
}
