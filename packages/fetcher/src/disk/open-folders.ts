import { Folder } from '@sb/files';

import { openFolder } from './open-folder.js';

/**
 * The directories of a batch. Each is opened once by its path, name by name, and for each file once more by its descriptor: all
 * files of one path are in the same directory, even if the path leads elsewhere afterwards.
 */
export class OpenFolders implements Disposable {
  readonly #opened = new Map<string, Folder>();

  /**
   * Returns an open directory, which the caller closes.
   *
   * @param path - absolute
   * @throws FetcherError `file`
   */
  open(path: string): Folder {
    let opened = this.#opened.get(path);
    if (opened === undefined) {
      opened = openFolder(path);
      this.#opened.set(path, opened);
    }
    try {
      return Folder.of(path, opened.reopen());
    } catch {
      // That says why.
      return openFolder(path);
    }
  }

  [Symbol.dispose](): void {
    for (const folder of this.#opened.values()) folder.close();
    this.#opened.clear();
  }
}
