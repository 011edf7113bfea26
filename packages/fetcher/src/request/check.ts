import { normalize } from 'node:path';

import { documentPlace } from '../values/readers.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { hostKey } from '../values/host-key.js';
import { defaultMaxBytes, defaultMaxSignatureBytes } from '../values/limits.js';
import type { Magic } from '../values/magic.js';
import type { DownloadRequest } from './options.js';
import { partSuffix } from '../values/part-name.js';
import { requestsReader } from './request-readers.js';

/** A requested signature, with defaults filled in. */
interface CheckedSignature {
  readonly suffix: string;
  readonly maxBytes: number;
  readonly magic: readonly Magic[] | undefined;
  readonly optional: boolean;
}

/** A checked request, with defaults filled in. */
export interface CheckedRequest {
  readonly sources: readonly URL[];
  /** Hosts that are cache servers. */
  readonly caches: ReadonlySet<string>;
  readonly to: string;
  readonly resume: boolean;
  readonly ifModifiedSince: 'local' | Date | false;
  readonly size: number | null;
  readonly maxBytes: number;
  readonly sha256: string | undefined;
  readonly magic: readonly Magic[] | undefined;
  readonly optional: boolean;
  readonly signature: CheckedSignature | undefined;
  readonly mode: number;
  readonly mtime: 'last-modified' | 'now';
}

/**
 * Reads and checks a batch before any download.
 *
 * @throws FetcherError `invalid-request`
 */
export function checkAll(requests: readonly DownloadRequest[]): readonly CheckedRequest[] {
  const checked = requestsReader.read(requests, documentPlace('requests')).map(check);
  const seen = new Set<string>();
  for (const path of checked.flatMap(namesOf)) {
    if (seen.has(path)) refuse(path, 'is the destination of two requests');
    seen.add(path);
  }
  return checked;
}

/** Every name that a request writes to: a file has a temporary name first, which must not be that of another file. */
function namesOf({ to, signature }: CheckedRequest): readonly string[] {
  const names = signature === undefined ? [to] : [to, `${to}${signature.suffix}`];
  return names.flatMap((name) => [name, `${name}${partSuffix}`]);
}

function check(request: DownloadRequest): CheckedRequest {
  const { to, size, sha256, resume = true, optional = false, mode = 0o644, mtime = 'last-modified' } = request;
  const { ifModifiedSince = false } = request;
  const maxBytes = request.maxBytes ?? size ?? defaultMaxBytes;
  if (size !== undefined && size > maxBytes) refuse(to, 'has a size that is larger than its maxBytes');
  return {
    ...sourcesOf(request),
    to: normalize(to),
    resume,
    ifModifiedSince,
    size: size ?? null,
    maxBytes,
    sha256: sha256?.toLowerCase(),
    magic: request.magic,
    optional,
    signature: signatureOf(request),
    mode,
    mtime,
  };
}

function signatureOf({ signature }: DownloadRequest): CheckedSignature | undefined {
  if (signature === undefined) return undefined;
  const { suffix = '.sig', maxBytes = defaultMaxSignatureBytes, magic, optional = false } = signature;
  return { suffix, maxBytes, magic, optional };
}

function sourcesOf({ sources }: DownloadRequest): Pick<CheckedRequest, 'sources' | 'caches'> {
  const all = sources.map((source) => {
    const { url, cache = false } = typeof source === 'string' || source instanceof URL ? { url: source } : source;
    return { url: new URL(url), cache };
  });
  const caches = all.filter(({ url, cache }) => cache && url.protocol !== 'file:').map(({ url }) => hostKey(url));
  return { sources: all.map(({ url }) => url), caches: new Set(caches) };
}

function refuse(path: string, what: string): never {
  throw new FetcherError('invalid-request', `${path} ${what}`, { path });
}
