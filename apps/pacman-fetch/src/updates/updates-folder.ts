import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { systemReason } from '@sb/core';
import { ensureFolder, filesClause, isFilesError, isRoot, leadTo } from '@sb/files';

import { FetchError } from '../errors.js';

/**
 * The folder of databases that are looked at, and that no transaction uses: below the caller's cache folder (XDG Base
 * Directory Specification), or for root where nobody else can say it.
 *
 * @param env - the environment
 * @returns its path
 */
export function updatesFolder(env: NodeJS.ProcessEnv): string {
  if (isRoot()) return '/var/cache/pacman-fetch/updates';
  const { XDG_CACHE_HOME: said = '' } = env;
  // What is not absolute is to be ignored.
  return join(isAbsolute(said) ? said : join(homedir(), '.cache'), 'pacman-fetch', 'updates');
}

/**
 * Makes that folder, where pacman finds the system's own packages beside its own databases.
 *
 * @param path - of the folder
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
      `${path} can't be made: ${systemReason(error)}`,
      'Set XDG_CACHE_HOME to a folder of yours.',
    );
  }
}
