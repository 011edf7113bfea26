import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

import { writeFailure } from '../errors/write-failure.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { type Sink, tooLargeFor } from '../source/sink.js';

/** The open file of a process that downloads by itself. */
export class FileSink implements Sink {
  readonly #descriptor: number;
  readonly #maxBytes: number;
  #position: number;

  constructor(descriptor: number, maxBytes: number) {
    this.#descriptor = descriptor;
    this.#maxBytes = maxBytes;
    this.#position = fstatSync(descriptor).size;
  }

  get position(): number {
    return this.#position;
  }

  begin(isAppended: boolean): void {
    if (isAppended) return;
    attempt(() => ftruncateSync(this.#descriptor, 0));
    this.#position = 0;
  }

  write(chunk: Uint8Array): undefined {
    if (this.#position + chunk.length > this.#maxBytes) {
      throw new TransferFailure('too-large', tooLargeFor(this.#maxBytes));
    }
    for (let written = 0; written < chunk.length;) {
      const from = written;
      const count = attempt(() => writeSync(this.#descriptor, chunk, from, chunk.length - from, this.#position));
      written += count;
      this.#position += count;
    }
  }
}

function attempt<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new TransferFailure('file', writeFailure(error).message, error);
  }
}
