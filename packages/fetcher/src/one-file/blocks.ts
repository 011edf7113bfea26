/** The least bytes of a block: smaller ones are not worth keeping. */
const leastBytes = 4096;

/** The most bytes that are kept for the next use. */
const mostFree = 8 << 20;

/**
 * Memory that is used again. The kernel clears new memory page by page, when it is first written to: that takes longer
 * than copying into it.
 */
export class Blocks {
  readonly #free = new Map<number, Buffer[]>();
  #freeBytes = 0;

  /**
   * Returns memory, whose content is that of its last use.
   *
   * @param bytes - that it must have; it has the next power of two
   */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    const block = this.#free.get(size)?.pop();
    if (block === undefined) return Buffer.allocUnsafeSlow(size);
    this.#freeBytes -= size;
    return block;
  }

  /** Takes back memory that nobody uses any more. If that is too much to keep, what was given before is not kept. */
  give(block: Buffer): void {
    if (this.#freeBytes + block.length > mostFree) {
      this.#free.clear();
      this.#freeBytes = 0;
    }
    this.#freeBytes += block.length;
    const free = this.#free.get(block.length);
    if (free === undefined) this.#free.set(block.length, [block]);
    else free.push(block);
  }
}

function sizeFor(bytes: number): number {
  let size = leastBytes;
  while (size < bytes) size *= 2;
  return size;
}
