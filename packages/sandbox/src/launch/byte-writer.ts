/** The first buffer of every writer: allocating memory takes longer than filling it. */
const shared = Buffer.alloc(16_384);

/** More than any launch needs: the records of four layers and the process record, with space for its last text. */
const most = 2 ** 23;

/**
 * Writes the fields of a record one after the other. Numbers are little-endian on every architecture. Use one writer at
 * a time: copy the result of {@link bytes} before the next writer is made.
 */
export class ByteWriter {
  #bytes = shared;
  #length = 0;

  /** @throws RangeError if the number is not an integer from 0 to 2³²−1 */
  u32(number: number): this {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32LE(number, this.#length);
    return this;
  }

  /** @throws RangeError if the number is not an integer from 0 to 2⁶⁴−1 */
  u64(number: bigint): this {
    this.#room(8);
    this.#length = this.#bytes.writeBigUInt64LE(number, this.#length);
    return this;
  }

  /**
   * Writes `u32 length, bytes, NUL`.
   *
   * @throws RangeError if the text contains a NUL, which would end it for the launcher
   */
  text(text: string): this {
    if (text.includes('\0')) throw new RangeError(`${JSON.stringify(text)} contains a NUL`);
    // The most bytes that it can need, without examining it: three for a code unit.
    this.#room(4 + text.length * 3 + 1);
    const start = this.#length + 4;
    const length = this.#bytes.write(text, start);
    this.#bytes.writeUInt32LE(length, this.#length);
    this.#bytes[start + length] = 0;
    this.#length = start + length + 1;
    return this;
  }

  /** Writes `u32 count` and each text. */
  texts(texts: readonly string[]): this {
    this.u32(texts.length);
    for (const text of texts) this.text(text);
    return this;
  }

  /** Writes bytes that were encoded before. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Writes zeros up to the next multiple of a power of two. */
  pad(multiple: number): this {
    const more = -this.#length & (multiple - 1);
    this.#room(more);
    // A few bytes: to load fill() takes longer.
    for (let left = more; left > 0; left--) this.#bytes[this.#length++] = 0;
    return this;
  }

  /** Returns what was written. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** @throws RangeError for more than any launch needs, before it is allocated */
  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    if (needed > most) throw new RangeError(`more than ${most} bytes`);
    const larger = Buffer.alloc(needed * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
