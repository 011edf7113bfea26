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

/** Holds a file in memory until it is asked for. From then on bytes go through as they come. */
export class KeptFile implements StreamSink {
  readonly #maxBytes: number;
  readonly #chunks: Uint8Array[] = [];
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
    this.#chunks.push(chunk);
    return this.#handed;
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
    this.#handed = this.#handChunks(target);
    await this.#handed;
  }

  async #handChunks(target: StreamSink): Promise<void> {
    try {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
        await target.write(chunk);
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
