import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

import type { FrameBytes } from '../channel/gathered-bytes.js';
import { type Frame, type Order, type Work, workerDescriptors } from '../channel/messages.js';
import { writeTogether } from '../channel/write-together.js';

/** The most bytes that wait in this process to be sent, for all files together. */
const maxWaiting = 256 * 1024;

/** The channel to the parent and back: reports and bytes in one order. */
export class ParentChannel {
  readonly #orders = new Socket({ fd: workerDescriptors.orders, readable: true, writable: false });
  readonly #frames = new Socket({
    fd: workerDescriptors.frames,
    readable: false,
    writable: true,
    writableHighWaterMark: maxWaiting,
  } as ConstructorParameters<typeof Socket>[0]);
  #drained: Promise<void> | undefined;
  /** Lent chunks that the parent has not accepted yet. */
  #lent = 0;
  /** Whether bytes had accumulated when the words of this turn were held back. */
  #wasBusy = false;

  readonly #onLost = (): void => process.exit(1);

  constructor() {
    // Without a parent, nothing checks, writes or reports: there is nothing left to do.
    for (const socket of [this.#orders, this.#frames]) {
      // The end follows.
      socket.on('error', () => {});
      socket.once('close', this.#onLost);
    }
  }

  /** Whether bytes accumulate because the parent accepts none. */
  get isBusy(): boolean {
    // The parent has not been given what is held back.
    return this.#lent > 0 || (this.#frames.writableCorked > 0 ? this.#wasBusy : this.#frames.writableNeedDrain);
  }

  /**
   * Listens to the parent: the first line is the work, and each later one is an order.
   *
   * @param onOrder - receives each order
   */
  async listen(onOrder: (order: Order) => void): Promise<Work> {
    // Left open: it continues to read, so the end of the parent is noticed.
    const lines = createInterface({ input: this.#orders, crlfDelay: Infinity });
    return await new Promise((resolve) => {
      lines.once('line', (first) => {
        lines.on('line', (line) => onOrder(JSON.parse(line) as Order));
        resolve(JSON.parse(first) as Work);
      });
    });
  }

  /** Sends a report, with others of the same turn of the event loop: each write would wake the parent. */
  say(frame: Frame): void {
    this.#hold();
    this.#frames.write(`${JSON.stringify(frame)}\n`);
  }

  /**
   * Sends bytes of a file.
   *
   * @param frame - announces them
   * @returns a promise to await before the memory of lent bytes is used again; undefined if they are sent
   */
  send(frame: Extract<Frame, { type: 'data' }>, { pieces, isLent }: FrameBytes): Promise<void> | undefined {
    const all = [`${JSON.stringify(frame)}\n`, ...pieces];
    if (!isLent) {
      this.#hold();
      for (const piece of all) this.#frames.write(piece);
      return undefined;
    }
    const sent = writeTogether(this.#frames, all);
    if (sent === undefined) return undefined;
    this.#lent += 1;
    return sent.then(() => void (this.#lent -= 1));
  }

  /** Holds back what is written in this turn, and writes it together at its end. */
  #hold(): void {
    if (this.#frames.writableCorked > 0) return;
    this.#wasBusy = this.#frames.writableNeedDrain;
    this.#frames.cork();
    setImmediate(() => this.#frames.uncork());
  }

  /** A promise to await while bytes accumulate; undefined if none do. */
  drained(): Promise<void> | undefined {
    if (!this.#frames.writableNeedDrain) return undefined;
    this.#drained ??= new Promise((resolve) => {
      this.#frames.once('drain', () => {
        this.#drained = undefined;
        resolve();
      });
    });
    return this.#drained;
  }

  /** Ends this process when everything is sent. */
  end(): void {
    for (const socket of [this.#orders, this.#frames]) socket.off('close', this.#onLost);
    this.#frames.end(() => process.exit(0));
  }
}
