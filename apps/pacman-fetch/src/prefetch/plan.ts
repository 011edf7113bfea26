import { join } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import type { Repository } from '../config/repository.js';
import { type Plan, type Refused, refusedFile } from '../download/plan.js';
import { eachOnce, packageServers, type Servers, serversOf, sourcesAt } from '../download/servers.js';
import { signatureOf } from '../download/signature.js';
import { FetchError } from '../errors.js';
import { cached, downloadFolder, folderOf } from './cache.js';
import type { Wanted } from './wanted.js';

/** Where packages may be already. */
interface Caches {
  /** Cache folders, in pacman's order. */
  readonly caches: readonly string[];
  /** Ends the search. */
  readonly signal: AbortSignal;
}

/**
 * The downloads of what isn't there yet, the largest first. What has no usable server fails by itself.
 *
 * @param wanted - what the transaction needs
 * @param caches - what may be there already
 * @throws the reason of the signal; FetchError `usage` for a repository that isn't there; `file` if no folder can be written
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
  for (const one of wanted) {
    const repository = repositories.get(one.repository);
    if (repository === undefined) throw new FetchError('usage', `there is no repository ${one.repository}`);
    const request = await requestOf(one, repository, { caches, signal });
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

async function requestOf(
  wanted: Wanted,
  repository: Repository,
  { caches, signal }: Caches,
): Promise<Omit<DownloadRequest, 'sources'> | undefined> {
  const { file, size, sha256 } = wanted;
  const signature = signatureOf(repository.sigLevel, 'Package');
  const there = await cached(wanted, caches, signal);
  const hasSignature = signature.signature === undefined || folderOf(`${file}.sig`, caches) !== undefined;
  if (there?.isComplete === true && hasSignature) return undefined;
  return {
    // pacman takes the first that it finds: what is wrong there has to be replaced there.
    to: join(there?.folder ?? downloadFolder(caches), file),
    // Of a file that lacks its signature alone only that is to come.
    ...(there?.isComplete === true ? { ifModifiedSince: 'local' as const } : {}),
    ...(size === undefined ? {} : { size }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...signature,
  };
}

/** A name in a URL: as it is, which mirrors are used to, but for what means something there. */
function inUrl(file: string): string {
  return encodeURI(file).replaceAll('#', '%23').replaceAll('?', '%3F');
}
