import type { StreamSink } from '@sb/fetcher/here';

import type { FrontChannel } from './front-channel.js';
import { maxWireData } from './wire.js';

/** Sends one file to a front door, which counts and writes it. */
export class FrontSink implements StreamSink {
  readonly #channel: FrontChannel;
  #position = 0;

  constructor(channel: FrontChannel) {
    this.#channel = channel;
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
    let full: Promise<void> | undefined;
    for (let at = 0; at < chunk.length; at += maxWireData) full = this.#channel.data(chunk.subarray(at, at + maxWireData));
    this.#position += chunk.length;
    return full;
  }
}
