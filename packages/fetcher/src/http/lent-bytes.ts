/**
 * Connections that are read into one buffer, again and again. A stream allocates memory for each read, and the kernel
 * clears that memory first: for a large file, this costs more than all other work on its bytes.
 */
import type { OnReadOpts, Socket } from 'node:net';

import { buildConnector, type Connector } from './undici.js';

/** Bytes of the buffer of one connection, and so the most that are read at once. */
const bufferSize = 256 * 1024;

/**
 * Whether the bytes of one answer are lent: each chunk is valid until it was taken. Otherwise they are copied, and the
 * receiver may keep them. undici itself keeps parts of header fields until they are complete.
 */
export interface Loan {
  isOpen: boolean;
}

let announced: Loan | undefined;

/**
 * Returns the loan of one answer, which is not open yet. Call this in `onConnect` of the handler of its request. undici
 * writes that request next, and so the connection learns whose loan it is. A connection of another kind never lends.
 *
 * Open the loan in `onHeaders`, and only for a body without a transfer encoding: trailers are header fields. While a
 * chunk is needed after `onData`, let that return false, and resume later: nothing is read before that.
 */
export function announceLoan(): Loan {
  announced = { isOpen: false };
  return announced;
}

/**
 * Makes TCP connections as undici does, which lend their bytes.
 *
 * @param tcp - options of `net.connect`, with the time limit
 */
export function lendingConnector(tcp: buildConnector.BuildOptions): Connector {
  return (options, callback) => {
    const reads = new LentReads();
    const connect = buildConnector({ ...tcp, onread: reads.options });
    // The type lacks what it returns.
    const socket: unknown = connect(options, callback);
    reads.replaceIn(socket as Socket);
  };
}

/** What undici reads from one connection: it takes chunks by `read`, and gives back what it could not use yet. */
class LentReads {
  readonly options: OnReadOpts;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferSize);
  #loan: Loan | undefined;
  /** Bytes that were read from the connection, and not by undici. */
  #waiting: Uint8Array | undefined;
  /** Whether bytes wait, or undici has paused and the bytes that it was given last may still be in use. */
  #isStopped = false;
  #announce: () => void = () => {};

  constructor() {
    this.options = { buffer: this.#buffer, callback: (length) => this.#onRead(length) };
  }

  /** Replaces the methods of a socket by which undici reads. */
  replaceIn(socket: Socket): void {
    const read = socket.read.bind(socket);
    const write = socket.write.bind(socket) as (...all: readonly unknown[]) => boolean;
    this.#announce = () => void socket.emit('readable');
    socket.read = (size?: number): unknown => {
      // Node itself asks for no bytes, to start reading.
      if (size === 0) return this.#isStopped ? null : read(0);
      const bytes = this.#take();
      // Starts reading again: undici has processed all that it was given.
      return bytes ?? read(size);
    };
    socket.unshift = (bytes: Uint8Array): void => {
      this.#isStopped = true;
      if (bytes.length > 0) this.#waiting = bytes;
    };
    socket.write = (...all: readonly unknown[]): boolean => {
      // The bytes of the answer before it are processed.
      this.#loan = announced;
      announced = undefined;
      return write(...all);
    };
  }

  #take(): Uint8Array | undefined {
    const bytes = this.#waiting;
    this.#waiting = undefined;
    this.#isStopped = false;
    return bytes;
  }

  /** @returns whether to read on */
  #onRead(length: number): boolean {
    const bytes = this.#buffer.subarray(0, length);
    this.#waiting = this.#loan?.isOpen === true ? bytes : Buffer.from(bytes);
    this.#isStopped = true;
    this.#announce();
    return !this.#isStopped;
  }
}
