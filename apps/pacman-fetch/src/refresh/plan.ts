import { join } from 'node:path';

import { nearest } from '@sb/core';
import type { DownloadRequest } from '@sb/fetcher';
import type { Configuration } from '../config/configuration.js';
import type { Repository } from '../config/repository.js';
import { databaseFormats } from '../download/formats.js';
import { type Plan, type Refused, refusedFile } from '../download/plan.js';
import { eachOnce, serversOf, sourcesAt } from '../download/servers.js';
import { signatureOf } from '../download/signature.js';
import { FetchError } from '../errors.js';

/** pacman's own limit: 128 MiB. */
const maxBytes = 128 * 1024 * 1024;

/** Which databases are refreshed, and how. */
export interface RefreshChoice {
  /** Names of repositories; none: all. */
  readonly repositories: readonly string[];
  /** `files`: the lists of what is in each package, as `pacman -Fy`. */
  readonly kind: 'db' | 'files';
  /** Also what hasn't changed, as `-yy`. */
  readonly force: boolean;
}

/**
 * The downloads of a refresh. A repository without a usable server fails by itself.
 *
 * @param folder - where databases lie
 * @throws FetchError `usage` for a repository that isn't there, or whose name is none for a file
 */
export function refreshPlan(
  configuration: Configuration,
  { repositories, kind, force }: RefreshChoice,
  folder: string,
): Plan {
  const all = configuration.pacman.repositories;
  const chosen = repositories.length === 0 ? all.filter(isSynced) : repositories.map((name) => named(all, name));
  if (all.length === 0) throw new FetchError('usage', 'no usable package repositories configured');
  const unique = new Map(chosen.map((repository) => [repository.name, repository]));
  const files = Array.from(unique.values(), (repository) => {
    requireFileName(repository);
    // Cache servers have no databases.
    return { repository, servers: serversOf(configuration, repository, ['Server']) };
  });
  const plan = { requests: [] as DownloadRequest[], refused: [] as Refused[] };
  for (const { repository, servers } of files) {
    const { name, sigLevel } = repository;
    const to = join(folder, `${name}.${kind}`);
    if (servers.usable.length === 0) {
      plan.refused.push(refusedFile(to, name, servers));
      continue;
    }
    plan.requests.push({
      sources: sourcesAt(servers.usable, `${name}.${kind}`),
      to,
      resume: false,
      ifModifiedSince: force ? false : 'local',
      maxBytes,
      magic: databaseFormats,
      ...signatureOf(sigLevel, 'Database'),
    });
  }
  return { ...plan, leftOut: eachOnce(files.flatMap(({ servers }) => servers.leftOut)) };
}

/** Usage says whether `-y` is for a repository (pacman.conf(5)). */
function isSynced({ values }: Repository): boolean {
  return values.Usage.some(({ text }) => text === 'All' || text === 'Sync');
}

function named(all: readonly Repository[], name: string): Repository {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    all.map((one) => one.name),
  );
  throw new FetchError('usage', `there is no repository ${name}`, meant && `Did you mean ${meant}?`);
}

function requireFileName({ name, file, line }: Repository): void {
  if (!name.includes('/') && !name.startsWith('.')) return;
  throw new FetchError('usage', `${file}:${line}: ${name} can't be the name of a file`);
}
