import { closeSync, fstatSync } from 'node:fs';

import { errorCode, readAll } from '@sb/core';
import { openTrustedFile } from '@sb/files';

/** The most bytes of all files together; a list of every mirror has 30 KiB. */
const maxBytes = 16 * 1024 * 1024;
/** The most files in all. Otherwise ten levels of Include could name a file more often than anyone can wait for. */
const maxFiles = 1000;

/** The content of a file, and its state when it was opened. */
export interface FileText {
  /** Empty for a directory, as in pacman. */
  readonly bytes: Buffer;
  readonly isFolder: boolean;
  /** Its owner. */
  readonly uid: number;
}

/** Reads the files of one configuration, with limits that also stop an endless file. */
export class FileTexts {
  #bytes = 0;
  #files = 0;

  /**
   * Opens and reads a file once. The files decide what root executes and how it is confined, so root accepts only its
   * own files.
   *
   * @param file - its path
   * @param mayWait - also accept a pipe, which may wait for its writer
   * @throws SandboxError for a file that others can change ({@link openTrustedFile}); the error of open(2) or read(2);
   *   Error for something that is not a file, and beyond the limits
   */
  read(file: string, mayWait: boolean): FileText {
    this.#files += 1;
    if (this.#files > maxFiles) throw new Error(`Include names more than ${maxFiles} files`);
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
    if (bytes === undefined) throw new Error(`the files have more than ${maxBytes / 1024 / 1024} MiB together`);
    this.#bytes += bytes.length;
    return bytes;
  }
}

/** The error names the path as given, not the path in the opened directory. */
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
