/** The least bytes of a block: smaller ones are not worth keeping. */
const leastBytes = 4096;

/**
 * Memory that is used again. The kernel clears new memory page by page, when it is first written to: that takes longer
 * than copying into it.
 */
export class Blocks {
  readonly #free = new Map<number, Buffer[]>();

  /**
   * Returns memory, whose content is that of its last use.
   *
   * @param bytes - that it must have; it has the next power of two
   */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    return this.#free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Takes back memory that nobody uses any more. */
  give(block: Buffer): void {
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
