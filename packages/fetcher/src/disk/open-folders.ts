import type { Folder } from '@sb/files';

import { openFolder } from './open-folder.js';

/** A directory that several files use. */
export interface SharedFolder {
  readonly folder: Folder;
  /** To be called once when a file needs it no more: the last call closes it. */
  readonly release: () => void;
}

/** A directory, and how many use it. */
interface Counted {
  readonly folder: Folder;
  users: number;
}

/**
 * The directories of a batch. Each is opened once by its path, name by name: all files of one path are in the same directory, even
 * if the path leads elsewhere afterwards. It stays open for its last file.
 */
export class OpenFolders implements Disposable {
  readonly #opened = new Map<string, Counted>();

  /**
   * Returns an open directory.
   *
   * @param path - absolute
   * @throws FetcherError `file`
   */
  open(path: string): SharedFolder {
    const counted = this.#opened.get(path) ?? { folder: openFolder(path), users: 1 };
    this.#opened.set(path, counted);
    counted.users += 1;
    return { folder: counted.folder, release: () => release(counted) };
  }

  /** From now on, only files use them. */
  [Symbol.dispose](): void {
    for (const counted of this.#opened.values()) release(counted);
    this.#opened.clear();
  }
}

/** Opens a directory for one file. @throws FetcherError `file` */
export function openAlone(path: string): SharedFolder {
  const folder = openFolder(path);
  return { folder, release: () => folder.close() };
}

function release(counted: Counted): void {
  counted.users -= 1;
  if (counted.users === 0) counted.folder.close();
}
