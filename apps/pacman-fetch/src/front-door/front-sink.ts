import { GatheredBytes, type StreamSink, tooLargeFor, TransferFailure } from '@sb/fetcher/in-this-process';

import type { FrontChannel } from './front-channel.js';

/** Sends one file to a front door, which counts and writes it. */
export class FrontSink implements StreamSink {
  readonly #channel: FrontChannel;
  readonly #maxBytes: number;
  readonly #gathered: GatheredBytes;
  #position = 0;
  #hasStarted = false;

  /** @param maxBytes - the most bytes of the file; the front door accepts no more either */
  constructor(channel: FrontChannel, maxBytes: number) {
    this.#channel = channel;
    this.#maxBytes = maxBytes;
    this.#gathered = new GatheredBytes((bytes) => channel.data(bytes));
  }

  get position(): number {
    return this.#position;
  }

  /** Whether the answer of a server was accepted. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  begin(): void {
    this.#position = 0;
  }

  start(total: number | undefined, lastModified: number | undefined): void {
    this.#hasStarted = true;
    this.#channel.started(total, lastModified);
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#position + chunk.length > this.#maxBytes) {
      throw new TransferFailure('too-large', tooLargeFor(this.#maxBytes));
    }
    this.#position += chunk.length;
    return this.#gathered.take(chunk) ?? this.#channel.drained();
  }

  /** Sends what waits. Call it before any other word about the file. */
  flush(): void {
    this.#gathered.flush();
  }
}
