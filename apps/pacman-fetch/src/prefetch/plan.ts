import { join } from 'node:path';

import type { DownloadRequest, Source } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import type { Value } from '../config/place.js';
import type { Repository } from '../config/repository.js';
import { signatureOf } from '../download/signature.js';
import { FetchError } from '../errors.js';
import { cached, downloadFolder, folderOf } from './cache.js';
import type { Wanted } from './wanted.js';

/** Sources of one file, at most. */
const maxSources = 64;

/**
 * The downloads of what isn't there yet, the largest first.
 *
 * @param wanted - what the transaction needs
 * @param caches - cache folders, in pacman's order
 * @throws FetchError `usage` for a repository without servers; `file` if no folder can be written
 */
export async function prefetchPlan(
  { pacman }: Configuration,
  wanted: readonly Wanted[],
  caches: readonly string[],
): Promise<readonly DownloadRequest[]> {
  const requests: DownloadRequest[] = [];
  const repositories = new Map(pacman.repositories.map((one) => [one.name, one]));
  for (const one of wanted) {
    const repository = repositories.get(one.repository);
    if (repository === undefined) throw new FetchError('usage', `there is no repository ${one.repository}`);
    const request = await requestOf(one, repository, caches);
    if (request !== undefined) requests.push(request);
  }
  return requests.sort((a, b) => (b.size ?? 0) - (a.size ?? 0));
}

async function requestOf(
  wanted: Wanted,
  repository: Repository,
  caches: readonly string[],
): Promise<DownloadRequest | undefined> {
  const { file, size, sha256 } = wanted;
  const signature = signatureOf(repository.sigLevel, 'Package');
  const there = await cached(wanted, caches);
  const hasSignature = signature.signature === undefined || folderOf(`${file}.sig`, caches) !== undefined;
  if (there?.isComplete === true && hasSignature) return undefined;
  return {
    sources: sourcesOf(repository, file),
    // pacman takes the first that it finds: what is wrong there has to be replaced there.
    to: join(there?.folder ?? downloadFolder(caches), file),
    // Of a file that lacks its signature alone only that is to come.
    ...(there?.isComplete === true ? { ifModifiedSince: 'local' as const } : {}),
    ...(size === undefined ? {} : { size }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...signature,
  };
}

/** Cache servers come first; what they haven't got says nothing against them (pacman.conf(5)). */
function sourcesOf({ name, values }: Repository, file: string): readonly Source[] {
  const at = (servers: readonly Value[], cache: boolean) =>
    servers.map(({ text }) => ({ url: `${text}/${inUrl(file)}`, cache }));
  const sources = [...at(values.CacheServer, true), ...at(values.Server, false)];
  if (sources.length > 0) return sources.slice(0, maxSources);
  const hint = 'Write "Server = URL" into its section.';
  throw new FetchError('usage', `no servers configured for repository: ${name}`, hint);
}

/** A name in a URL: as it is, which mirrors are used to, but for what means something there. */
function inUrl(file: string): string {
  return encodeURI(file).replaceAll('#', '%23').replaceAll('?', '%3F');
}
