import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { systemReason } from '@sb/core';
import { ensureFolder, filesClause, isFilesError, isRoot, leadTo } from '@sb/files';

import { FetchError } from '../errors.js';

/**
 * Returns the directory of databases for queries, which no transaction uses. It is below the caller's cache directory
 * (XDG Base Directory Specification). For root it is in a directory that no other user controls.
 *
 * @param env - the environment
 * @returns its path
 */
export function updatesFolder(env: NodeJS.ProcessEnv): string {
  if (isRoot()) return '/var/cache/pacman-fetch/updates';
  const { XDG_CACHE_HOME: said = '' } = env;
  // The specification says to ignore a path that is not absolute.
  return join(isAbsolute(said) ? said : join(homedir(), '.cache'), 'pacman-fetch', 'updates');
}

/**
 * Creates that directory. pacman finds the system's own list of packages next to its databases.
 *
 * @param path - of the directory
 * @param database - the system's DBPath
 * @throws FetchError `file`
 */
export function makeUpdatesFolder(path: string, database: string): void {
  try {
    using folder = ensureFolder(path);
    leadTo(join(database, 'local'), folder, 'local');
  } catch (error) {
    if (isFilesError(error)) throw new FetchError('file', filesClause(error), error.hint);
    throw new FetchError(
      'file',
      `cannot create ${path}: ${systemReason(error)}`,
      'Set XDG_CACHE_HOME to a directory that you own.',
    );
  }
}
