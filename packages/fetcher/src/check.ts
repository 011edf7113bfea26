import { isAbsolute, normalize } from 'node:path';

import { maxFileTime } from './channel.js';
import { FetcherError } from './errors.js';
import { hostKey } from './host-errors.js';
import { defaultMaxBytes, defaultMaxSignatureBytes, maxSources } from './limits.js';
import type { DownloadRequest, SignatureRequest } from './options.js';
import { partSuffix } from './part-name.js';
import { sourceProblem } from './source-url.js';

/** A request that was checked, with what it left out. */
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
  readonly optional: boolean;
  readonly signature: Required<SignatureRequest> | undefined;
  readonly mode: number;
  readonly mtime: 'last-modified' | 'now';
}

/**
 * Checks a batch before anything is done.
 *
 * @throws FetcherError `invalid-request`
 */
export function checkAll(requests: readonly DownloadRequest[]): readonly CheckedRequest[] {
  const checked = requests.map(check);
  const seen = new Set<string>();
  for (const path of checked.flatMap(namesOf)) {
    if (seen.has(path)) refuse(path, 'is the destination of two requests');
    seen.add(path);
  }
  return checked;
}

/** Every name that a request writes to: a file has another one at first, which must not be a third one's. */
function namesOf({ to, signature }: CheckedRequest): readonly string[] {
  const names = signature === undefined ? [to] : [to, `${to}${signature.suffix}`];
  return names.flatMap((name) => [name, `${name}${partSuffix}`]);
}

function check(request: DownloadRequest): CheckedRequest {
  const { to, size, sha256, resume = true, optional = false, mode = 0o644, mtime = 'last-modified' } = request;
  requirePath(to);
  const maxBytes = request.maxBytes ?? size ?? defaultMaxBytes;
  requireSizes(to, size, maxBytes);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) refuse(to, 'has a SHA-256 that is none');
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) refuse(to, 'has a mode that is none');
  return {
    ...sourcesOf(request),
    to: normalize(to),
    resume,
    ifModifiedSince: dateOf(request),
    size: size ?? null,
    maxBytes,
    sha256: sha256?.toLowerCase(),
    optional,
    signature: signatureOf(request),
    mode,
    mtime,
  };
}

function signatureOf({ to, signature }: DownloadRequest): CheckedRequest['signature'] {
  if (signature === undefined) return undefined;
  const { suffix = '.sig', maxBytes = defaultMaxSignatureBytes, optional = false } = signature;
  if (!/^\.[\w.-]{1,31}$/.test(suffix) || suffix === partSuffix) refuse(to, 'has a signature of no good suffix');
  requireSizes(to, undefined, maxBytes);
  return { suffix, maxBytes, optional };
}

function dateOf({ to, ifModifiedSince = false }: DownloadRequest): 'local' | Date | false {
  if (ifModifiedSince === false || ifModifiedSince === 'local') return ifModifiedSince;
  const time = ifModifiedSince.getTime();
  return time >= 0 && time <= maxFileTime ? ifModifiedSince : refuse(to, 'has a date that is none');
}

function requirePath(to: string): void {
  const isName = isAbsolute(to) && !to.includes('\0') && !/\/\.{0,2}$/.test(to);
  if (!isName) refuse(to, 'is no absolute path of a file');
}

function requireSizes(to: string, size: number | undefined, maxBytes: number): void {
  for (const bytes of [maxBytes, size ?? 0]) {
    if (!Number.isSafeInteger(bytes) || bytes < 0) refuse(to, 'has a size that is no number of bytes');
  }
  if (size !== undefined && size > maxBytes) refuse(to, 'must have more bytes than it may have');
}

function sourcesOf({ sources, to }: DownloadRequest): Pick<CheckedRequest, 'sources' | 'caches'> {
  if (sources.length === 0) refuse(to, 'has no source');
  if (sources.length > maxSources) refuse(to, `has more than ${maxSources} sources`);
  const all = sources.map((source) => {
    const { url, cache = false } = typeof source === 'string' || source instanceof URL ? { url: source } : source;
    return { url: urlOf(url, to), cache };
  });
  const caches = all.filter(({ url, cache }) => cache && url.protocol !== 'file:').map(({ url }) => hostKey(url));
  return { sources: all.map(({ url }) => url), caches: new Set(caches) };
}

function urlOf(source: string | URL, to: string): URL {
  const problem = sourceProblem(source);
  return problem === undefined ? new URL(source) : refuse(to, `has a source ${problem}`);
}

function refuse(path: string, what: string): never {
  throw new FetcherError('invalid-request', `${path} ${what}`, { path });
}
