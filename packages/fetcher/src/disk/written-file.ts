import { createHash, type Hash } from 'node:crypto';
import { fstatSync, ftruncateSync, read, writeSync } from 'node:fs';
import { promisify } from 'node:util';

import { FetcherError } from '../errors/fetcher-error.js';
import { writeFailure } from '../errors/write-failure.js';

/** Bytes that are read at once for a checksum. */
const hashedAtOnce = 1 << 20;

const readAsync = promisify(read);

/** An open file that only this process writes, in order, and whose checksum is computed in the same pass. */
export class WrittenFile {
  readonly #descriptor: number;
  readonly #path: string;
  /** The hash of the whole content; undefined if it is unknown or not requested. */
  #hash: Hash | undefined;
  #position: number;

  /**
   * @param descriptor - open for reading and writing; the caller closes it
   * @param path - for errors
   * @param size - of its content, in bytes
   */
  constructor(descriptor: number, { path, size }: { readonly path: string; readonly size: number }) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.#position = size;
  }

  /** Its size in bytes, as long as only this process writes to it: the kernel is not asked ({@link size}). */
  get length(): number {
    return this.#position;
  }

  /** Its current size in bytes. */
  get size(): number {
    return fstatSync(this.#descriptor).size;
  }

  /**
   * Starts to write.
   *
   * @param isAppended - after the existing content; otherwise that is discarded
   * @param isSummed - whether {@link sha256} will be requested
   * @throws FetcherError `file`, `disk-full`
   */
  begin(isAppended: boolean, isSummed: boolean): void {
    if (!isAppended) this.truncate();
    const { size } = this;
    const isGoneOnWith = this.#hash !== undefined && this.#position === size;
    if (!isSummed) this.#hash = undefined;
    else if (size === 0) this.#hash = createHash('sha256');
    else if (!isGoneOnWith) this.#hash = undefined;
    this.#position = size;
  }

  /**
   * Writes a whole piece. If that fails, the bytes that were written stay.
   *
   * @throws FetcherError `file`, `disk-full`
   */
  write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      const count = this.#attempt(() =>
        writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#position),
      );
      this.#hash?.update(bytes.subarray(written, written + count));
      written += count;
      this.#position += count;
    }
  }

  /** Discards its content. */
  truncate(): void {
    this.#attempt(() => ftruncateSync(this.#descriptor, 0));
    this.#position = 0;
    this.#hash = undefined;
  }

  /** The same as {@link sha256} if nothing must be read for it; otherwise undefined. */
  get knownSha256(): string | undefined {
    return this.#hash !== undefined && this.#position === this.size ? this.#hash.copy().digest('hex') : undefined;
  }

  /**
   * The SHA-256 of its content, in hexadecimal digits. The file is read again only if writing started after existing
   * content.
   */
  async sha256(): Promise<string> {
    const { knownSha256 } = this;
    if (knownSha256 !== undefined) return knownSha256;
    const hash = createHash('sha256');
    // One buffer for all of it: a stream would allocate one for each piece, and a large file would leave much garbage.
    const buffer = Buffer.allocUnsafe(hashedAtOnce);
    for (let at = 0, count = 1; count > 0; at += count) {
      count = (await readAsync(this.#descriptor, buffer, 0, buffer.length, at)).bytesRead;
      hash.update(buffer.subarray(0, count));
    }
    return hash.digest('hex');
  }

  #attempt<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      const { message, isFull } = writeFailure(error);
      throw new FetcherError(isFull ? 'disk-full' : 'file', message, { path: this.#path, cause: error });
    }
  }
}
