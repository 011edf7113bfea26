import { fullDataBytes, maxDataBytes } from './messages.js';

/** Milliseconds for which a few bytes wait for more. So each file has at most ten such frames a second. */
const longestWait = 100;

/** Bytes below which chunks are copied into one piece of memory. */
const tinyBytes = 4096;

/** Bytes from which a chunk is sent at once, and not copied. */
const largeBytes = 64 * 1024;

/** The bytes of one frame: at least one, and at most as many as a frame may have. */
export interface FrameBytes {
  readonly pieces: readonly Uint8Array[];
  /** The number of bytes of all pieces. */
  readonly length: number;
  /** Whether their memory is used again as soon as they are sent. */
  readonly isLent: boolean;
}

/**
 * Sends the bytes of one frame.
 *
 * @returns for lent bytes, a promise to await before their memory is used again; undefined if they are sent
 */
export type SendFrame = (bytes: FrameBytes) => Promise<void> | undefined;

/**
 * Collects the bytes of a download for one frame. Bytes of one turn of the event loop are sent as one frame. A small
 * amount waits a moment for more, so that tiny chunks cost no more than large ones. A large chunk is sent at once.
 */
export class GatheredBytes {
  readonly #send: SendFrame;
  /** The waiting bytes: fewer than a frame may have. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** The last piece, into which tiny chunks are copied: each by itself could keep a large buffer in memory. */
  #gathered: { readonly buffer: Buffer; used: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAtTurnsEnd = false;

  constructor(send: SendFrame) {
    this.#send = send;
  }

  /**
   * Takes a chunk.
   *
   * @returns a promise to await before the memory of the chunk is used again; undefined if it may be used at once
   */
  take(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.length >= largeBytes) return this.#pass(chunk);
    const fitting = Math.min(chunk.length, maxDataBytes - this.#bytes);
    this.#hold(chunk.subarray(0, fitting));
    if (this.#bytes === maxDataBytes) this.flush();
    this.#hold(chunk.subarray(fitting));
    this.#schedule();
    return undefined;
  }

  /** Few frames may be less than full, so the waiting bytes become a full one first. */
  #pass(chunk: Uint8Array): Promise<void> | undefined {
    const missing = this.#bytes === 0 ? 0 : Math.max(0, fullDataBytes - this.#bytes);
    this.#hold(chunk.subarray(0, missing));
    this.flush();
    let sent: Promise<void> | undefined;
    let rest = chunk.subarray(missing);
    while (rest.length >= fullDataBytes) {
      const part = rest.subarray(0, maxDataBytes);
      rest = rest.subarray(part.length);
      sent = this.#send({ pieces: [part], length: part.length, isLent: true });
    }
    this.#hold(rest);
    this.#schedule();
    return sent;
  }

  /** Sends the waiting bytes. Call it before any other report about the file. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#bytes === 0) return;
    void this.#send({ pieces: this.#pieces, length: this.#bytes, isLent: false });
    this.#pieces = [];
    this.#bytes = 0;
    this.#gathered = undefined;
  }

  /** Keeps a copy. */
  #hold(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (part.length >= tinyBytes) {
      this.#pieces.push(Buffer.from(part));
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
