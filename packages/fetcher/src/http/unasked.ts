import type { Socket } from 'node:net';

import { TransferFailure } from '../errors/transfer-failure.js';

/** The most successive connections that end before a request. */
const most = 3;

/**
 * Counts connections through a proxy that end before a request is sent, for instance because an answer arrives before
 * it.
 */
export class Unasked {
  #count = 0;

  /** @throws TransferFailure `proxy` if there were too many */
  check({ host }: URL): void {
    if (this.#count < most) return;
    this.#count = 0;
    throw new TransferFailure('proxy', `Connections through the proxy ${host} close before a request is sent`);
  }

  /** @param socket - a connection through the proxy, over which no request was sent yet */
  watch(socket: Socket): void {
    const before = socket.bytesWritten;
    socket.once('close', () => {
      this.#count = socket.bytesWritten === before ? this.#count + 1 : 0;
    });
  }
}
