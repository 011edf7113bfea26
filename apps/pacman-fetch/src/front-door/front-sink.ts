import { type StreamSink, tooLargeFor, TransferFailure } from '@sb/fetcher/in-this-process';

import type { FrontChannel } from './front-channel.js';
import { maxWireData } from './wire.js';

/** Sends one file to a front door, which counts and writes it. */
export class FrontSink implements StreamSink {
  readonly #channel: FrontChannel;
  readonly #maxBytes: number;
  #position = 0;

  /** @param maxBytes - that the file may have; the front door takes no more of them either */
  constructor(channel: FrontChannel, maxBytes: number) {
    this.#channel = channel;
    this.#maxBytes = maxBytes;
  }

  get position(): number {
    return this.#position;
  }

  begin(): void {
    this.#position = 0;
  }

  start(total: number | undefined, lastModified: number | undefined): void {
    this.#channel.started(total, lastModified);
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#position + chunk.length > this.#maxBytes) {
      throw new TransferFailure('too-large', tooLargeFor(this.#maxBytes));
    }
    let full: Promise<void> | undefined;
    for (let at = 0; at < chunk.length; at += maxWireData)
      full = this.#channel.data(chunk.subarray(at, at + maxWireData));
    this.#position += chunk.length;
    return full;
  }
}
