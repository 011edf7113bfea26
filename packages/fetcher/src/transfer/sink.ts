import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { TransferFailure } from './failure.js';

/** What a failed write means, by its errno. */
const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'No space left on the disk',
  EDQUOT: 'Disk quota exceeded',
  EFBIG: 'The file is larger than allowed here',
  EIO: 'The disk reports an error',
};

/** The open file that a download goes into, written in order from a position on. */
export class Sink {
  readonly #descriptor: number;
  readonly #maxBytes: number;
  #position = 0;

  constructor(descriptor: number, maxBytes: number) {
    this.#descriptor = descriptor;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are there from the start of the file on: what came before, and what was written. */
  get position(): number {
    return this.#position;
  }

  /** Size and time of last change of the file as it is. */
  stat(): { readonly size: number; readonly modified: Date } {
    const { size, mtime } = fstatSync(this.#descriptor);
    return { size, modified: mtime };
  }

  /** Goes on behind what is there. */
  append(): void {
    this.#position = this.stat().size;
  }

  /** Throws away what is there. */
  restart(): void {
    ftruncateSync(this.#descriptor, 0);
    this.#position = 0;
  }

  /**
   * Writes a chunk whole.
   *
   * @throws TransferFailure `too-large` before the limit is passed, `file` if the disk refuses
   */
  write(chunk: Uint8Array): void {
    if (this.#position + chunk.length > this.#maxBytes) {
      throw new TransferFailure('too-large', `The file is larger than ${this.#maxBytes} bytes`);
    }
    for (let written = 0; written < chunk.length;) {
      const count = this.#writeSome(chunk, written);
      written += count;
      this.#position += count;
    }
  }

  #writeSome(chunk: Uint8Array, from: number): number {
    try {
      return writeSync(this.#descriptor, chunk, from, chunk.length - from, this.#position);
    } catch (error) {
      const code = errorCode(error) ?? 'unknown';
      throw new TransferFailure('file', `${meanings[code] ?? 'The file could not be written'} (${code})`, error);
    }
  }
}
