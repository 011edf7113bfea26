import type { Socket } from 'node:net';

import { TransferFailure } from '../errors/transfer-failure.js';

/** Connections in a row that ended before anything was asked. */
const most = 3;

/** Counts connections through a proxy that end before a request was sent, as where an answer comes before it is asked for. */
export class Unasked {
  #count = 0;

  /** @throws TransferFailure `proxy` where there were too many */
  check({ host }: URL): void {
    if (this.#count < most) return;
    this.#count = 0;
    throw new TransferFailure('proxy', `Connections through the proxy ${host} end before anything was asked`);
  }

  /** @param socket - one that is connected through, of which nothing was asked yet */
  watch(socket: Socket): void {
    const before = socket.bytesWritten;
    socket.once('close', () => {
      this.#count = socket.bytesWritten === before ? this.#count + 1 : 0;
    });
  }
}
