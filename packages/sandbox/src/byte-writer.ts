/** Where every writer writes: to ask for memory takes longer than to fill it. It grows with the largest. */
let shared = Buffer.alloc(4096);

/**
 * Writes the fields of a record one behind the other. Numbers are little-endian on every architecture. One at a time:
 * what {@link bytes} gives is to be copied before the next is made.
 */
export class ByteWriter {
  #bytes = shared;
  #length = 0;

  /** @throws RangeError if a number is not an integer from 0 to 2³²−1 */
  u32(...numbers: readonly number[]): this {
    this.#room(numbers.length * 4);
    for (const number of numbers) this.#length = this.#bytes.writeUInt32LE(number, this.#length);
    return this;
  }

  /** @throws RangeError if a number is not an integer from 0 to 2⁶⁴−1 */
  u64(...numbers: readonly bigint[]): this {
    this.#room(numbers.length * 8);
    for (const number of numbers) this.#length = this.#bytes.writeBigUInt64LE(number, this.#length);
    return this;
  }

  /**
   * Writes `u32 length, bytes, NUL`.
   *
   * @throws RangeError if the text holds a NUL: the launcher would take it for its end
   */
  text(text: string): this {
    if (text.includes('\0')) throw new RangeError(`${JSON.stringify(text)} holds a NUL`);
    const length = Buffer.byteLength(text);
    this.u32(length).#room(length + 1);
    this.#length += this.#bytes.write(text, this.#length);
    this.#length = this.#bytes.writeUInt8(0, this.#length);
    return this;
  }

  /** Writes `u32 count` and each text. */
  texts(texts: readonly string[]): this {
    this.u32(texts.length);
    for (const text of texts) this.text(text);
    return this;
  }

  /** Writes what was encoded before. */
  raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** What was written. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(needed * 2);
    this.#bytes.copy(larger);
    this.#bytes = larger;
    shared = larger;
  }
}
