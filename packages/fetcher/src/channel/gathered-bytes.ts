import { fullDataBytes, maxDataBytes } from './messages.js';

/** Milliseconds for which a few bytes wait for more. So each file has at most ten such frames a second. */
const longestWait = 100;

/** Bytes below which a chunk is copied rather than kept. */
const tinyBytes = 4096;

/**
 * Collects the bytes of a download for one frame. Bytes of one turn of the event loop are sent as one frame. A small
 * amount waits a moment for more, so that tiny chunks cost no more than large ones.
 */
export class GatheredBytes {
  readonly #send: (pieces: readonly Uint8Array[], length: number) => void;
  /** The waiting bytes: fewer than a frame may have. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** The last piece, into which tiny chunks are copied: each by itself could keep a large buffer in memory. */
  #gathered: { readonly buffer: Buffer; used: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAtTurnsEnd = false;

  /** @param send - receives the bytes of one frame: at least one, and at most as many as a frame may have */
  constructor(send: (pieces: readonly Uint8Array[], length: number) => void) {
    this.#send = send;
  }

  /**
   * Takes a chunk.
   *
   * @param chunk - not to be changed afterwards
   */
  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + maxDataBytes - this.#bytes);
      at += part.length;
      this.#hold(part);
      if (this.#bytes === maxDataBytes) this.flush();
    }
    this.#schedule();
  }

  /** Sends the waiting bytes. Call it before any other report about the file. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#bytes === 0) return;
    this.#send(this.#pieces, this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
    this.#gathered = undefined;
  }

  #hold(part: Uint8Array): void {
    this.#bytes += part.length;
    if (part.length >= tinyBytes) {
      this.#pieces.push(part);
      this.#gathered = undefined;
      return;
    }
    if (this.#gathered === undefined || this.#gathered.used + part.length > this.#gathered.buffer.length) {
      this.#gathered = { buffer: Buffer.allocUnsafe(fullDataBytes), used: 0 };
      this.#pieces.push(this.#gathered.buffer.subarray(0, 0));
    }
    const { buffer, used } = this.#gathered;
    buffer.set(part, used);
    this.#gathered.used = used + part.length;
    this.#pieces[this.#pieces.length - 1] = buffer.subarray(0, used + part.length);
  }

  #schedule(): void {
    if (this.#bytes >= fullDataBytes && !this.#isAtTurnsEnd) {
      this.#isAtTurnsEnd = true;
      setImmediate(() => {
        this.#isAtTurnsEnd = false;
        this.flush();
      });
    } else if (this.#bytes > 0) {
      this.#timer ??= setTimeout(() => this.flush(), longestWait);
    }
  }
}
