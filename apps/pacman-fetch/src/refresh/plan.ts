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

/** The most repositories that a hint names: more would not fit into a line. */
const mostNamed = 6;

/** Which databases are refreshed, and how. */
export interface RefreshChoice {
  /** Names of repositories; empty: all. */
  readonly repositories: readonly string[];
  /** `files`: the lists of the files of each package, as `pacman -Fy`. */
  readonly kind: 'db' | 'files';
  /** Also databases that have not changed, as `-yy`. */
  readonly force: boolean;
}

/**
 * Plans the downloads of a refresh. If a repository has no usable server, only that repository fails.
 *
 * @param folder - the directory of databases
 * @throws FetchError `usage` for an unknown repository, or one whose name cannot be the name of a file
 */
export function refreshPlan(
  configuration: Configuration,
  { repositories, kind, force }: RefreshChoice,
  folder: string,
): Plan {
  const all = configuration.pacman.repositories;
  if (all.length === 0)
    throw new FetchError(
      'usage',
      'no usable package repositories configured',
      'Add a repository with a Server to pacman.conf.',
    );
  const chosen = repositories.length === 0 ? all.filter(isSynced) : repositories.map((name) => named(all, name));
  const unique = new Map(chosen.map((repository) => [repository.name, repository]));
  const files = Array.from(unique.values(), (repository) => {
    requireFileName(repository);
    // Cache servers do not have databases.
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

/** Usage decides whether `-y` applies to a repository (pacman.conf(5)). */
function isSynced({ values }: Repository): boolean {
  return values.Usage.some(({ text }) => text === 'All' || text === 'Sync');
}

function named(all: readonly Repository[], name: string): Repository {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = [...new Set(all.map((one) => one.name))];
  const meant = nearest(name, names);
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const hint =
    meant === undefined ? `pacman.conf has ${names.slice(0, mostNamed).join(', ')}${more}.` : `Did you mean ${meant}?`;
  throw new FetchError('usage', `unknown repository ${name}`, hint);
}

function requireFileName({ name, file, line }: Repository): void {
  if (!name.includes('/') && !name.startsWith('.')) return;
  throw new FetchError('usage', `${file}:${line}: ${name} cannot be the name of a file`);
}
