import { closeSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

import { streamPair } from '@sb/sandbox/stream-pair';

/** Bytes that are read at once; into one buffer, since a stream's own makes garbage of all that comes. */
const readAtOnce = 256 * 1024;

/** Bytes that may wait to be read: with fewer of them the two take turns more often than they work. */
const maxUnread = 1 << 20;

/** The parent's end of the way to its worker. Nothing is read while what was read before is dealt with. */
export class WorkerChannel {
  /** The worker's end, to be handed over; closed by {@link handedOver}. */
  readonly childs: number;
  /** Settled when there is nothing left to read. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  /**
   * @param onBytes - told of what came; valid until it returns
   * @throws SandboxError `syscall-failed`
   */
  constructor(onBytes: (bytes: Buffer) => void) {
    const [own, childs] = streamPair(maxUnread);
    this.childs = childs;
    const buffer = Buffer.allocUnsafeSlow(readAtOnce);
    const callback = (length: number): boolean => {
      onBytes(buffer.subarray(0, length));
      return true;
    };
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
      fd: own,
      readable: true,
      writable: true,
      onread: { buffer, callback },
    };
    this.#socket = new Socket(options);
    // Writing to a worker that is gone fails here; its end says so better.
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
    });
    this.#socket.resume();
  }

  /** The worker has its end, or there is none. */
  handedOver(): void {
    closeSync(this.childs);
  }

  /** Tells the worker something, as one line. */
  write(document: object): void {
    this.#socket.write(`${JSON.stringify(document)}\n`);
  }

  /** Reads nothing more. */
  destroy(): void {
    this.#socket.destroy();
  }
}
