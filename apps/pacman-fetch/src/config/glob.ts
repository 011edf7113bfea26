import { Folder, fromHere, isFilesError, look, lookAtLink } from '@sb/files';

import { isPattern, matcherOf, unquoted } from './glob-pattern.js';

/**
 * Returns the paths that match a pattern, as glob(3) with GLOB_NOCHECK does for pacman: sorted, and without hidden
 * files unless the pattern has the dot. If nothing matches, it returns the pattern itself.
 *
 * A directory that cannot be read counts as empty. Paths are sorted by code unit, where glob(3) uses the locale.
 *
 * @param pattern - a path or pattern; a relative one starts at the working directory
 * @throws SandboxError `untrusted-path` for a directory that other users control: they could hide files from root
 */
export function glob(pattern: string): readonly string[] {
  // A path without pattern or quoting is returned as it is: the reader finds out whether it exists.
  if (!/[*?[\\]/.test(pattern)) return [pattern];
  const parts = pattern.split('/');
  let found: readonly string[] = [''];
  for (const [index, part] of parts.entries()) {
    const separator = index === 0 ? '' : '/';
    found = found.flatMap((path) => step(`${path}${separator}`, part));
  }
  return found.length === 0 ? [pattern] : found.toSorted();
}

/** Takes one part more from a path that ends in a slash, or from an empty path. */
function step(path: string, part: string): readonly string[] {
  if (part === '') return path === '' || isFolder(path) ? [path.replace(/(?<=.)\/$/, '')] : [];
  if (!isPattern(part)) {
    const next = `${path}${unquoted(part)}`;
    return isThere(next) ? [next] : [];
  }
  const isMatch = matcherOf(part);
  return namesIn(path === '' ? '.' : path)
    .filter(isMatch)
    .map((name) => `${path}${name}`);
}

function namesIn(folder: string): readonly string[] {
  let opened: Folder;
  try {
    opened = Folder.open(fromHere(folder));
  } catch (error) {
    if (isFilesError(error) && error.code === 'untrusted-path') throw error;
    // Not a directory, or not readable: glob(3) without GLOB_ERR continues.
    return [];
  }
  try {
    return opened.names();
  } finally {
    opened.close();
  }
}

function isThere(path: string): boolean {
  return attempt(() => lookAtLink(path)) !== undefined;
}

function isFolder(path: string): boolean {
  return attempt(() => look(path))?.isDirectory() === true;
}

/** For glob(3) a path that cannot be examined does not exist, for instance because of a directory above it. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
