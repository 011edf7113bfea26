import type { Folder } from '@sb/files';

import { openFolder } from './open-folder.js';

/** A directory that several files use. */
export interface SharedFolder {
  readonly folder: Folder;
  /**
   * Gives a file in it another name, atomically. The name is permanent when the directory is synced: at once, or by
   * {@link OpenFolders.sync}.
   */
  readonly rename: (from: string, to: string) => void;
  /** To be called once when a file needs it no more: the last call closes it. */
  readonly release: () => void;
}

/** A directory, and how many use it. */
interface Counted {
  readonly folder: Folder;
  users: number;
  /** Whether a file in it has another name since it was synced. */
  isRenamed: boolean;
}

/**
 * The directories of a batch. Each is opened once by its path, name by name: all files of one path are in the same directory, even
 * if the path leads elsewhere afterwards. It stays open for its last file.
 *
 * To sync a directory takes as long for one name as for all, and each sync writes the journal of its file system.
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
    const counted = this.#opened.get(path) ?? { folder: openFolder(path), users: 1, isRenamed: false };
    this.#opened.set(path, counted);
    counted.users += 1;
    const { folder } = counted;
    const rename = (from: string, to: string): void => {
      folder.renameUnsynced(from, to);
      counted.isRenamed = true;
    };
    return { folder, rename, release: () => release(counted) };
  }

  /**
   * Makes the names of files permanent.
   *
   * @returns errors of the system, by the path of the directory that could not be synced
   */
  sync(): ReadonlyMap<string, unknown> {
    const errors = new Map<string, unknown>();
    for (const [path, counted] of this.#opened) {
      if (!counted.isRenamed) continue;
      counted.isRenamed = false;
      try {
        counted.folder.sync();
      } catch (error) {
        errors.set(path, error);
      }
    }
    return errors;
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
  return { folder, rename: (from, to) => folder.rename(from, to), release: () => folder.close() };
}

function release(counted: Counted): void {
  counted.users -= 1;
  if (counted.users === 0) counted.folder.close();
}
