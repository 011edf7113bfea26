import { join } from 'node:path';

import { errorCode } from '@sb/core';
import { Folder, hold, look, someNames } from '@sb/files';

/** The most names of one directory that are kept. */
const mostNames = 200_000;

/** What {@link CacheFolders} knows of a directory: its names; undefined if any name may be in it. */
type Names = ReadonlySet<string> | undefined;

/**
 * The cache directories of pacman. Each is listed once, when it is first asked about: a transaction asks for hundreds of names, and
 * most of them are missing. A name that is listed is examined when it is asked for.
 */
export class CacheFolders {
  /** In pacman's order. */
  readonly paths: readonly string[];
  readonly #listed = new Map<string, Names>();

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  /** The first directory that has a file of that name. */
  folderOf(file: string): string | undefined {
    return this.paths.find((folder) => this.sizeIn(folder, file) !== undefined);
  }

  /** The bytes of a file; undefined if it is not a regular file, or cannot be examined: pacman does not find it then. */
  sizeIn(folder: string, file: string): number | undefined {
    if (this.#namesIn(folder)?.has(file) === false) return undefined;
    try {
      const found = look(join(folder, file));
      return found?.isFile() === true ? found.size : undefined;
    } catch {
      return undefined;
    }
  }

  #namesIn(folder: string): Names {
    if (!this.#listed.has(folder)) this.#listed.set(folder, listed(folder));
    return this.#listed.get(folder);
  }
}

function listed(path: string): Names {
  try {
    using folder = Folder.of(path, hold(path));
    const names = someNames(folder, mostNames);
    return names.length < mostNames ? new Set(names) : undefined;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? new Set() : undefined;
  }
}
