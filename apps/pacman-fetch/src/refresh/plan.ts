import { join } from 'node:path';

import { nearest } from '@sb/core';
import type { DownloadRequest } from '@sb/fetcher';

import type { Configuration } from '../config/configuration.js';
import type { Repository } from '../config/repository.js';
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
 * The downloads of a refresh.
 *
 * @param folder - where databases lie
 * @throws FetchError `usage` for a repository that isn't there or has no server
 */
export function refreshPlan(
  configuration: Configuration,
  { repositories, kind, force }: RefreshChoice,
  folder: string,
): readonly DownloadRequest[] {
  const all = configuration.pacman.repositories;
  const chosen = repositories.length === 0 ? all.filter(isSynced) : repositories.map((name) => named(all, name));
  if (chosen.length === 0) throw new FetchError('usage', 'no usable package repositories configured');
  const unique = new Map(chosen.map((repository) => [repository.name, repository]));
  return Array.from(unique.values(), (repository) => ({
    sources: sourcesOf(repository, kind),
    to: join(folder, `${repository.name}.${kind}`),
    resume: false,
    ifModifiedSince: force ? false : ('local' as const),
    maxBytes,
    ...signatureOf(repository.sigLevel, 'Database'),
  }));
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

/** Cache servers have no databases. */
function sourcesOf({ name, values, file, line }: Repository, kind: string): readonly string[] {
  if (name.includes('/') || name.startsWith('.')) {
    throw new FetchError('usage', `${file}:${line}: ${name} can't be the name of a file`);
  }
  const sources = values.Server.map(({ text }) => `${text}/${name}.${kind}`);
  if (sources.length > 0) return sources;
  const hint = 'Write "Server = URL" into its section.';
  throw new FetchError('usage', `no servers configured for repository: ${name}`, hint);
}
