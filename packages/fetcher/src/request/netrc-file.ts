import { closeSync, fstatSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { errorCode } from '@sb/core';
import { effectiveUser, filesClause, isFilesError, openContentFile, readToEnd, whyOwnerUnknown } from '@sb/files';

import type { CheckedRequest } from './check.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { decoded } from '../http/basic.js';
import { credentialsFor, type NetrcEntry, NetrcError, parseNetrc } from './netrc.js';

/** The largest netrc file, in bytes. */
const maxBytes = 64 * 1024;

/** Errors for a missing file of the caller, which are not reported. */
const absent: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES']);

/**
 * Gives sources the credentials of a netrc file for their hosts, if their URLs have none. Like those in a URL, they are
 * sent to that origin only, and never after a redirect.
 *
 * @param requests - checked ones
 * @param netrc - a path; true: `$NETRC`, or `.netrc` in the home directory of the caller, if it exists; false: none
 * @throws FetcherError `invalid-request` if the file cannot be read or is invalid. Also if it has credentials of a
 *   source, and other users have access to it or own it
 */
export function withNetrc(requests: readonly CheckedRequest[], netrc: string | boolean): readonly CheckedRequest[] {
  if (netrc === false) return requests;
  const named = netrc === true ? process.env['NETRC'] || undefined : netrc;
  const path = named ?? join(homedir(), '.netrc');
  const file = readNetrc(path, named !== undefined);
  if (file === undefined) return requests;
  return requests.map((request) => ({ ...request, sources: request.sources.map((url) => completed(url, file)) }));
}

interface NetrcFile {
  readonly path: string;
  readonly entries: readonly NetrcEntry[];
  /** Why its passwords are not used; undefined if they may be used. */
  readonly flaw: string | undefined;
}

function completed(url: URL, { path, entries, flaw }: NetrcFile): URL {
  if (url.password !== '' || url.hostname === '') return url;
  const entry = credentialsFor(entries, url.hostname, decoded(url.username));
  if (entry === undefined) return url;
  if (flaw !== undefined) {
    const hint = `Make it your own file with mode 600, or give the fetcher \`netrc: false\`.`;
    throw new FetcherError('invalid-request', `${path} has a password for ${url.host} and ${flaw}`, { path, hint });
  }
  const own = new URL(url);
  own.username = encodeURIComponent(entry.login);
  own.password = encodeURIComponent(entry.password);
  return own;
}

function readNetrc(path: string, isNamed: boolean): NetrcFile | undefined {
  try {
    const descriptor = openContentFile(path);
    try {
      const flaw = whyOwnerUnknown(descriptor, effectiveUser()) ?? flawOf(fstatSync(descriptor));
      return { path, flaw, entries: parseNetrc(readToEnd(descriptor, path, maxBytes).toString()) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!isNamed && absent.has(errorCode(error))) return undefined;
    const hint = 'Correct it, or give the fetcher `netrc: false`.';
    if (isFilesError(error)) throw new FetcherError('invalid-request', `netrc ${filesClause(error)}`, { path, hint });
    const why = error instanceof NetrcError ? error.message : errorCode(error);
    throw new FetcherError('invalid-request', `netrc ${path} can't be read: ${why}`, { path, hint });
  }
}

function flawOf({ uid, mode }: Stats): string | undefined {
  if (uid !== 0 && uid !== effectiveUser()) return `belongs to uid ${uid}`;
  return (mode & 0o077) === 0 ? undefined : 'is open to other users';
}
