import { TransferFailure } from '../errors/transfer-failure.js';
import { type Sink, tooLargeFor } from '../source/sink.js';

/** Where the bytes of one file go, which holds none yet. */
export interface StreamSink extends Sink {
  /**
   * Told once that a server's answer was taken, before its first byte.
   *
   * @param total - bytes of the whole file; undefined where the server doesn't say
   * @param lastModified - milliseconds since 1970; undefined where it doesn't say, or can't mean it
   */
  start(total: number | undefined, lastModified: number | undefined): void;
}

/** Bytes of a piece of memory that is filled before there is another one. */
const blockSize = 64 * 1024;

interface Block {
  readonly bytes: Buffer;
  used: number;
}

/** Holds a file in memory until it is asked for. From then on bytes go through as they come. */
export class KeptFile implements StreamSink {
  readonly #maxBytes: number;
  readonly #blocks: Block[] = [];
  #position = 0;
  #started: Parameters<StreamSink['start']> | undefined;
  #target: StreamSink | undefined;
  /** Whether what has come is being handed over: what comes meanwhile goes behind it. */
  #isHanding = false;
  #handed: Promise<void> | undefined;

  /** @param maxBytes - that are kept; who asked for the file says how many it takes */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get position(): number {
    return this.#position;
  }

  begin(): void {
    this.#position = 0;
  }

  /** Whether a server's answer was taken. */
  get hasStarted(): boolean {
    return this.#started !== undefined;
  }

  start(...said: Parameters<StreamSink['start']>): void {
    this.#started = said;
    if (this.#target !== undefined) startIn(this.#target, said);
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#target === undefined && this.#position + chunk.length > this.#maxBytes) {
      throw new TransferFailure('too-large', tooLargeFor(this.#maxBytes));
    }
    this.#position += chunk.length;
    if (this.#target !== undefined && !this.#isHanding) return this.#target.write(chunk);
    this.#keep(chunk);
    return this.#handed;
  }

  /** Copied, since a chunk of one byte may hold a large buffer: what is kept takes as much memory as it has bytes. */
  #keep(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0;) {
      let block = this.#blocks.at(-1);
      if (block === undefined || block.used === block.bytes.length) {
        const left = Math.max(this.#maxBytes - (this.#position - rest.length), rest.length);
        block = { bytes: Buffer.allocUnsafeSlow(Math.min(left, blockSize)), used: 0 };
        this.#blocks.push(block);
      }
      const taken = rest.subarray(0, block.bytes.length - block.used);
      block.bytes.set(taken, block.used);
      block.used += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /**
   * Hands over what has come, and from then on what comes.
   *
   * @throws what the target throws
   */
  async handTo(target: StreamSink): Promise<void> {
    this.#target = target;
    if (this.#started !== undefined) startIn(target, this.#started);
    this.#isHanding = true;
    this.#handed = this.#handBlocks(target);
    await this.#handed;
  }

  async #handBlocks(target: StreamSink): Promise<void> {
    try {
      for (let block = this.#blocks.shift(); block !== undefined; block = this.#blocks.shift()) {
        await target.write(block.bytes.subarray(0, block.used));
      }
    } finally {
      // Before anything else can be written.
      this.#isHanding = false;
    }
  }
}

function startIn(target: StreamSink, said: Parameters<StreamSink['start']>): void {
  target.begin(false);
  target.start(...said);
}
