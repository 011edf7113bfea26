import { GatheredBytes } from '../channel/gathered-bytes.js';
import type { Target } from '../channel/messages.js';
import { TransferFailure } from '../errors/transfer-failure.js';
import { type Sink, tooLargeFor } from '../source/sink.js';
import type { ParentChannel } from './parent-channel.js';

/** What the bytes of a sink belong to. */
export interface SinkPlace {
  readonly file: number;
  readonly of: Target;
  readonly maxBytes: number;
  /** Bytes that exist before the first one. */
  readonly position: number;
}

/** Sends a download to the parent, which writes it. */
export class ChannelSink implements Sink {
  readonly #channel: ParentChannel;
  readonly #maxBytes: number;
  readonly #gathered: GatheredBytes;
  #position: number;

  constructor(channel: ParentChannel, { file, of, maxBytes, position }: SinkPlace) {
    this.#channel = channel;
    this.#maxBytes = maxBytes;
    this.#position = position;
    this.#gathered = new GatheredBytes((bytes) =>
      channel.send({ type: 'data', file, of, length: bytes.length }, bytes),
    );
  }

  get position(): number {
    return this.#position;
  }

  begin(isAppended: boolean): void {
    if (!isAppended) this.#position = 0;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#position + chunk.length > this.#maxBytes) {
      throw new TransferFailure('too-large', tooLargeFor(this.#maxBytes));
    }
    this.#position += chunk.length;
    return this.#gathered.take(chunk) ?? this.#channel.drained();
  }

  /** Sends the waiting bytes. Call it before any report about the file. */
  flush(): void {
    this.#gathered.flush();
  }
}
