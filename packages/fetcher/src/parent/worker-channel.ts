import { closeSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

import { makePipe, type Pipe } from '@sb/sandbox/pipe';

/** Bytes that are read at once; into one buffer, since a stream's own makes garbage of all that comes. */
const readAtOnce = 256 * 1024;

/** Bytes that may wait to be read: with fewer of them the two take turns more often than they work. */
const maxUnread = 1 << 20;

/** What is told of what a worker sends. */
export interface ChannelEvents {
  /** Told of its frames, as they came; valid until it returns. */
  readonly onBytes: (bytes: Buffer) => void;
  /** Told of what it writes to standard error. */
  readonly onError: (bytes: Buffer) => void;
}

/** The worker's ends, by what they are for: descriptors. */
export interface WorkerEnds {
  readonly orders: number;
  readonly frames: number;
  readonly errors: number;
}

/**
 * The parent's ends of the ways to its worker. Nothing is read while what was read before is dealt with. All of them are
 * pipes: through a socket a worker could send what its parent has to wait for when it closes it.
 */
export class WorkerChannel {
  /** The worker's ends, to be handed over; closed by {@link handedOver}. */
  readonly childs: WorkerEnds;
  /** Settled when there is nothing left to read. */
  readonly closed: Promise<void>;
  readonly #orders: Socket;
  readonly #inputs: readonly Socket[];

  /** @throws SandboxError `syscall-failed` */
  constructor({ onBytes, onError }: ChannelEvents) {
    const [orders, frames, errors] = openPipes();
    this.childs = { orders: orders.input, frames: frames.output, errors: errors.output };
    this.#orders = new Socket({ fd: orders.output, readable: false, writable: true });
    this.#inputs = [readInPlace(frames.input, onBytes), readInPlace(errors.input, onError)];
    // A worker that is gone can't be written to; its end says so better.
    for (const socket of [this.#orders, ...this.#inputs]) socket.on('error', () => {});
    this.closed = Promise.all(this.#inputs.map(closed)).then(() => void this.#orders.destroy());
  }

  /** The worker has its ends, or there is none. */
  handedOver(): void {
    for (const descriptor of Object.values(this.childs) as number[]) closeSync(descriptor);
  }

  /** Tells the worker something, as one line. */
  write(document: object): void {
    this.#orders.write(`${JSON.stringify(document)}\n`);
  }

  /** Reads nothing more. The worker is dead, or was never there: while one lives, closing may wait for it. */
  destroy(): void {
    for (const socket of [this.#orders, ...this.#inputs]) socket.destroy();
  }
}

/** For orders, frames, and standard error; all or none. */
function openPipes(): readonly [orders: Pipe, frames: Pipe, errors: Pipe] {
  const made: Pipe[] = [];
  const make = (bytes?: number): Pipe => {
    const pipe = makePipe(bytes);
    made.push(pipe);
    return pipe;
  };
  try {
    return [make(), make(maxUnread), make()];
  } catch (error) {
    for (const { input, output } of made) for (const descriptor of [input, output]) closeSync(descriptor);
    throw error;
  }
}

/** Reads a pipe into one buffer, again and again. */
function readInPlace(descriptor: number, onBytes: (bytes: Buffer) => void): Socket {
  const buffer = Buffer.allocUnsafeSlow(readAtOnce);
  const callback = (length: number): boolean => {
    onBytes(buffer.subarray(0, length));
    return true;
  };
  const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
    fd: descriptor,
    readable: true,
    writable: false,
    onread: { buffer, callback },
  };
  return new Socket(options).resume();
}

async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
}
