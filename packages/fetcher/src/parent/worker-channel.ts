import { closeSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

import { makePipe, type Pipe } from '@sb/sandbox/pipe';

/** Bytes that are read at once. They are read into one buffer, because a stream allocates a buffer for each read. */
const readAtOnce = 256 * 1024;

/** Bytes that may wait to be read: with fewer, the two processes switch more often than they work. */
const maxUnread = 1 << 20;

/** Who receives what a worker sends. */
export interface ChannelEvents {
  /** Receives its frames as they arrive; they are valid until it returns. */
  readonly onBytes: (bytes: Buffer) => void;
  /** Receives what it writes to standard error. */
  readonly onError: (bytes: Buffer) => void;
}

/** The worker's ends, as descriptors. */
export interface WorkerEnds {
  readonly orders: number;
  readonly frames: number;
  readonly errors: number;
}

/**
 * The parent's ends of the pipes to its worker. Nothing is read while earlier bytes are processed. All of them are
 * pipes: through a socket, a worker could send something that makes its parent wait on close.
 */
export class WorkerChannel {
  /** The worker's ends, which it inherits; closed by {@link handedOver}. */
  readonly childs: WorkerEnds;
  readonly #ends: readonly [orders: number, frames: number, errors: number];
  #sockets: Sockets | undefined;
  #closed: Promise<unknown> = Promise.resolve();

  /** @throws SandboxError `syscall-failed` */
  constructor() {
    const [orders, frames, errors] = openPipes();
    this.childs = { orders: orders.input, frames: frames.output, errors: errors.output };
    this.#ends = [orders.output, frames.input, errors.input];
  }

  /** Begins to read: the worker has been started. Until then the pipes hold what it writes, and Node's streams are not loaded. */
  open({ onBytes, onError }: ChannelEvents): void {
    const [orders, frames, errors] = this.#ends;
    this.#sockets = {
      orders: new Socket({ fd: orders, readable: false, writable: true }),
      inputs: [readInPlace(frames, onBytes), readInPlace(errors, onError)],
    };
    // Writing to an ended worker fails; its exit status is more informative.
    for (const socket of allOf(this.#sockets)) socket.on('error', () => {});
    this.#closed = Promise.all(this.#sockets.inputs.map(closed));
  }

  /** Settles when everything is read. */
  async read(): Promise<void> {
    await this.#closed;
    this.#sockets?.orders.destroy();
  }

  /** The worker has inherited its ends, or does not exist. */
  handedOver(): void {
    for (const descriptor of Object.values(this.childs) as number[]) closeSync(descriptor);
  }

  /** Sends the worker one line, with others of the same turn of the event loop. */
  write(document: object): void {
    const { orders } = this.#sockets ?? {};
    if (orders?.writableCorked === 0) {
      orders.cork();
      setImmediate(() => orders.uncork());
    }
    orders?.write(`${JSON.stringify(document)}\n`);
  }

  /** Stops reading. The worker must be dead, or not started: while it lives, closing may wait for it. */
  destroy(): void {
    if (this.#sockets === undefined) for (const descriptor of this.#ends) closeSync(descriptor);
    else for (const socket of allOf(this.#sockets)) socket.destroy();
  }
}

interface Sockets {
  readonly orders: Socket;
  readonly inputs: readonly Socket[];
}

function allOf({ orders, inputs }: Sockets): readonly Socket[] {
  return [orders, ...inputs];
}

/** Opens the pipes for orders, frames and standard error: all or none. */
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

/** Reads a pipe repeatedly into one buffer. */
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
