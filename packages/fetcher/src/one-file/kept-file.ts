import { TransferFailure } from '../errors/transfer-failure.js';
import { type Sink, tooLargeFor } from '../source/sink.js';
import { Blocks } from './blocks.js';

/** The target of the bytes of one file, which is still empty. */
export interface StreamSink extends Sink {
  /**
   * Called once after an answer of a server was accepted, before its first byte.
   *
   * @param total - bytes of the whole file; undefined if the server does not send it
   * @param lastModified - milliseconds since 1970; undefined if the server does not send it, or it is not credible
   */
  start(total: number | undefined, lastModified: number | undefined): void;
}

/** Bytes of a piece of memory, which is filled before another one is allocated. */
const blockSize = 256 * 1024;

/** Bytes that are handed over first, from a block of at least twice as many. */
const firstBytes = 64 * 1024;

interface Block {
  readonly bytes: Buffer;
  used: number;
}

/** Keeps a file in memory until it is requested. From then on, bytes are passed on as they arrive. */
export class KeptFile implements StreamSink {
  readonly #maxBytes: number;
  readonly #memory: Blocks;
  readonly #blocks: Block[] = [];
  #position = 0;
  #started: Parameters<StreamSink['start']> | undefined;
  #target: StreamSink | undefined;
  /** Whether the received bytes are being handed over: bytes that arrive meanwhile follow them. */
  #isHanding = false;
  #handed: Promise<void> | undefined;

  /**
   * @param maxBytes - that are kept; the requester of the file has its own limit
   * @param memory - for these bytes. Default: its own
   */
  constructor(maxBytes: number, memory: Blocks = new Blocks()) {
    this.#maxBytes = maxBytes;
    this.#memory = memory;
  }

  get position(): number {
    return this.#position;
  }

  begin(): void {
    this.#position = 0;
  }

  /** Whether an answer of a server was accepted. */
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

  /**
   * Copied, because a chunk of one byte may keep a large buffer: the kept bytes then need no more memory than their
   * number.
   */
  #keep(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0;) {
      let block = this.#blocks.at(-1);
      if (block === undefined || block.used === block.bytes.length) {
        const left = Math.max(this.#maxBytes - (this.#position - rest.length), rest.length);
        block = { bytes: this.#memory.take(Math.min(left, blockSize)), used: 0 };
        this.#blocks.push(block);
      }
      const taken = rest.subarray(0, block.bytes.length - block.used);
      block.bytes.set(taken, block.used);
      block.used += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /**
   * Hands over the received bytes, and then all that arrive.
   *
   * @throws the errors of the target
   */
  async handTo(target: StreamSink): Promise<void> {
    this.#target = target;
    if (this.#started !== undefined) startIn(target, this.#started);
    this.#isHanding = true;
    this.#handed = this.#handBlocks(target);
    await this.#handed;
  }

  async #handBlocks(target: StreamSink): Promise<void> {
    let isFirst = true;
    try {
      for (let block = this.#blocks.shift(); block !== undefined; block = this.#blocks.shift()) {
        for (const piece of piecesOf(block, isFirst)) await target.write(piece);
        isFirst = false;
        this.#memory.give(block.bytes);
      }
    } finally {
      // Before any other write.
      this.#isHanding = false;
    }
  }
}

/** The first bytes by themselves: the process that waits for them writes them while the others are copied. */
function piecesOf({ bytes, used }: Block, isFirst: boolean): readonly Buffer[] {
  if (!isFirst || used < 2 * firstBytes) return [bytes.subarray(0, used)];
  return [bytes.subarray(0, firstBytes), bytes.subarray(firstBytes, used)];
}

function startIn(target: StreamSink, said: Parameters<StreamSink['start']>): void {
  target.begin(false);
  target.start(...said);
}
