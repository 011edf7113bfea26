import { join } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import type { Repository } from '../config/repository.js';
import { type Plan, type Refused, refusedFile } from '../download/plan.js';
import { eachOnce, packageServers, type Servers, serversOf, sourcesAt } from '../download/servers.js';
import { signatureOf } from '../download/signature.js';
import { FetchError } from '../errors.js';
import { cached, downloadFolder } from './cache.js';
import { CacheFolders } from './cache-folders.js';
import type { Wanted } from './wanted.js';

/** Where packages may already be. */
interface Caches {
  /** Cache directories, in pacman's order. */
  readonly caches: readonly string[];
  /** Stops the search. */
  readonly signal: AbortSignal;
}

/**
 * Plans the downloads of missing packages, the largest first. If a package has no usable server, only that package
 * fails.
 *
 * @param wanted - what the transaction needs
 * @param caches - where packages may already be
 * @throws the reason of the signal; FetchError `usage` for an unknown repository; `file` if no directory can be written
 */
export async function prefetchPlan(
  configuration: Configuration,
  wanted: readonly Wanted[],
  { caches, signal }: Caches,
): Promise<Plan> {
  const requests: DownloadRequest[] = [];
  const refused: Refused[] = [];
  const repositories = new Map(configuration.pacman.repositories.map((one) => [one.name, one]));
  const asked = new Map<string, Servers>();
  const folders = new CacheFolders(caches);
  let target: string | undefined;
  // Asked for only if something is to be downloaded: it may have to be made.
  const place = { folders, signal, target: () => (target ??= downloadFolder(caches)) };
  for (const one of wanted) {
    const repository = repositories.get(one.repository);
    if (repository === undefined) throw new FetchError('usage', `unknown repository ${one.repository}`);
    const request = await requestOf(one, repository, place);
    if (request === undefined) continue;
    const { name } = repository;
    const servers = asked.get(name) ?? serversOf(configuration, repository, packageServers);
    asked.set(name, servers);
    if (servers.usable.length === 0) refused.push(refusedFile(request.to, name, servers));
    else requests.push({ sources: sourcesAt(servers.usable, inUrl(one.file)), ...request });
  }
  return {
    requests: requests.sort((a, b) => (b.size ?? 0) - (a.size ?? 0)),
    refused,
    leftOut: eachOnce([...asked.values()].flatMap(({ leftOut }) => leftOut)),
  };
}

/** Where one package may be, and where it goes otherwise. */
interface Place {
  readonly folders: CacheFolders;
  readonly signal: AbortSignal;
  readonly target: () => string;
}

async function requestOf(
  wanted: Wanted,
  repository: Repository,
  { folders, signal, target }: Place,
): Promise<Omit<DownloadRequest, 'sources'> | undefined> {
  const { file, size, sha256 } = wanted;
  const signature = signatureOf(repository.sigLevel, 'Package');
  const there = await cached(wanted, folders, signal);
  const hasSignature = signature.signature === undefined || folders.folderOf(`${file}.sig`) !== undefined;
  if (there?.isComplete === true && hasSignature) return undefined;
  return {
    // pacman takes the first that it finds, so a bad file must be replaced where it is.
    to: join(there?.folder ?? target(), file),
    // If a file lacks only its signature, only that is downloaded.
    ...(there?.isComplete === true ? { ifModifiedSince: 'local' as const } : {}),
    ...(size === undefined ? {} : { size }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...signature,
  };
}

/** A file name for a URL: unchanged, as mirrors expect it, except for characters with a meaning in URLs. */
function inUrl(file: string): string {
  return encodeURI(file).replaceAll('#', '%23').replaceAll('?', '%3F');
}
