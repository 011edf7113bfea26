import { Folder, fromHere, isFilesError, look, lookAtLink } from '@sb/files';

import { isPattern, matcherOf, unquoted } from './glob-pattern.js';

/**
 * The paths that a pattern names, as glob(3) with GLOB_NOCHECK finds them for pacman: sorted, without hidden files
 * unless the pattern has the dot, and the pattern itself where nothing is found. Folders that can't be read have
 * nothing. Sorted by code unit, where glob(3) asks the locale.
 *
 * @param pattern - a path or pattern; a relative one starts at the working directory
 * @throws SandboxError `untrusted-path` for a folder of others' choice, where root would miss what they hide
 */
export function glob(pattern: string): readonly string[] {
  // Without anything to look for or to unquote there is nothing to do: whether it exists is for the reader to find out.
  if (!/[*?[\\]/.test(pattern)) return [pattern];
  const parts = pattern.split('/');
  let found: readonly string[] = [''];
  for (const [index, part] of parts.entries()) {
    const separator = index === 0 ? '' : '/';
    found = found.flatMap((path) => step(`${path}${separator}`, part));
  }
  return found.length === 0 ? [pattern] : found.toSorted();
}

/** One part further from a path that ends in a slash, or from nothing. */
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
    // No folder, or not for us: glob(3) without GLOB_ERR goes on.
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

/** What can't be looked at, for a folder above it for instance, isn't there for glob(3). */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
