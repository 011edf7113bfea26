import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes of all files together; a list of every mirror has 30 KiB. */
const maxBytes = 16 * 1024 * 1024;
/** Files in all; ten levels of Include could otherwise name a file more often than anyone can wait for. */
const maxFiles = 1000;

/** Reads the files of one configuration, within bounds that end also what never ends by itself. */
export class FileTexts {
  #bytes = 0;
  #files = 0;

  /**
   * @param file - its path
   * @param mayWait - take a pipe too, which may make us wait for its writer
   * @returns its bytes; none for a folder, as for pacman
   * @throws the error of open(2) or read(2); Error for what is no file and beyond the bounds
   */
  read(file: string, mayWait: boolean): Buffer {
    this.#files += 1;
    if (this.#files > maxFiles) throw new Error(`more than ${maxFiles} files are included`);
    const descriptor = openSync(file, constants.O_RDONLY | (mayWait ? 0 : constants.O_NONBLOCK));
    try {
      const status = fstatSync(descriptor);
      if (status.isDirectory()) return Buffer.alloc(0);
      if (!mayWait && (status.isFIFO() || status.isSocket())) throw new Error('it is a pipe');
      return this.#rest(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  #rest(descriptor: number): Buffer {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.alloc(64 * 1024);
      const length = readSync(descriptor, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      this.#bytes += length;
      if (this.#bytes > maxBytes) throw new Error(`more than ${maxBytes / 1024 / 1024} MiB are included`);
    }
  }
}
