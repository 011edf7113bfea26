import { closeSync, fstatSync } from 'node:fs';

import { errorCode, readAll } from '@sb/core';
import { openTrustedFile } from '@sb/files';

/** Bytes of all files together; a list of every mirror has 30 KiB. */
const maxBytes = 16 * 1024 * 1024;
/** Files in all; ten levels of Include could otherwise name a file more often than anyone can wait for. */
const maxFiles = 1000;

/** What one file holds, and what it was when it was open. */
export interface FileText {
  /** None for a folder, as for pacman. */
  readonly bytes: Buffer;
  readonly isFolder: boolean;
  /** Its owner. */
  readonly uid: number;
}

/** Reads the files of one configuration, within bounds that end also what never ends by itself. */
export class FileTexts {
  #bytes = 0;
  #files = 0;

  /**
   * Opens a file once and reads it. They say what root executes and how it is confined, so root takes its own only.
   *
   * @param file - its path
   * @param mayWait - take a pipe too, which may make us wait for its writer
   * @throws SandboxError for a file that others decide ({@link openTrustedFile}); the error of open(2) or read(2);
   *   Error for what is no file and beyond the bounds
   */
  read(file: string, mayWait: boolean): FileText {
    this.#files += 1;
    if (this.#files > maxFiles) throw new Error(`more than ${maxFiles} files are included`);
    const descriptor = open(file, mayWait);
    try {
      const status = fstatSync(descriptor);
      const isFolder = status.isDirectory();
      if (!mayWait && (status.isFIFO() || status.isSocket())) throw new Error('it is a pipe');
      return { bytes: isFolder ? Buffer.alloc(0) : this.#rest(descriptor), isFolder, uid: status.uid };
    } finally {
      closeSync(descriptor);
    }
  }

  #rest(descriptor: number): Buffer {
    const bytes = readAll(descriptor, maxBytes - this.#bytes);
    if (bytes === undefined) throw new Error(`more than ${maxBytes / 1024 / 1024} MiB are included`);
    this.#bytes += bytes.length;
    return bytes;
  }
}

/** With the path as it was given in the error, whatever folder it was looked up in. */
function open(file: string, mayWait: boolean): number {
  try {
    return openTrustedFile(file, mayWait);
  } catch (error) {
    if (errorCode(error)?.startsWith('E') === true && error instanceof Error) {
      error.message = error.message.replace(/'[^']*'$/s, `'${file}'`);
    }
    throw error;
  }
}
