import { Socket } from 'node:net';

import { type FrameBytes, writeTogether } from '@sb/fetcher/in-this-process';

import { disableTimeoutFlag, maxDataBytes, maxWireText, unknownTotal, wireHeader, type wireKinds } from './wire.js';

/** The most bytes that may wait in this process. */
const maxWaiting = 1 << 20;

/** The longest piece of a line that is kept: no request is longer. */
const maxLine = 4096;

/**
 * Descriptors after the three streams: two pipes, from and to the front doors, and one for the list of what they will
 * ask for.
 */
export const frontDescriptors = { requests: 3, answers: 4, list: 5, count: 6 } as const;

/** The channel to the front doors of one pacman. */
export class FrontChannel {
  readonly #requests: Socket;
  readonly #answers: Socket;
  #rest = '';
  #isHeld = false;

  /** @param onEnd - called once when no front door is left */
  constructor(onEnd: () => void) {
    const { requests, answers } = frontDescriptors;
    this.#requests = new Socket({ fd: requests, readable: true, writable: false });
    this.#answers = new Socket({
      fd: answers,
      readable: false,
      writable: true,
      writableHighWaterMark: maxWaiting,
    } as ConstructorParameters<typeof Socket>[0]);
    for (const socket of [this.#requests, this.#answers]) {
      // An error of writing is followed by the end.
      socket.on('error', () => {});
      socket.once('close', onEnd);
    }
  }

  /**
   * Listens for requests.
   *
   * @param onLine - called with each request; with undefined for one that is too long
   */
  listen(onLine: (line: string | undefined) => void): void {
    this.#requests.on('data', (bytes: Buffer) => {
      const lines = `${this.#rest}${bytes.toString('latin1')}`.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      if (this.#rest.length > maxLine) onLine(undefined);
    });
  }

  /** Reports that every layer is in force. */
  ready(disableTimeout: boolean): void {
    this.#say('ready', disableTimeout ? disableTimeoutFlag : 0);
    // The list may be here, and be long.
    this.#release();
  }

  /** Reports that the file must be downloaded in another way. */
  elsewhere(): void {
    this.#say('elsewhere', 0);
  }

  /**
   * The same, for all later requests as well.
   *
   * @param onLeft - called once after that was sent
   */
  leave(onLeft: () => void): void {
    this.elsewhere();
    this.#answers.end(onLeft);
  }

  /** Reports that the answer of a server was accepted. */
  started(total: number | undefined, lastModified: number | undefined): void {
    this.#say('started', total ?? unknownTotal);
    if (lastModified !== undefined) this.#say('time', lastModified);
  }

  /**
   * Sends bytes of the file, at most as many as one word announces.
   *
   * @returns for lent bytes, a promise to await before their memory is used again; undefined if they are sent
   */
  data({ pieces, length, isLent }: FrameBytes): Promise<void> | undefined {
    this.#say('data', length);
    if (isLent) {
      this.#isHeld = false;
      return writeTogether(this.#answers, pieces);
    }
    for (const piece of pieces) this.#answers.write(piece);
    // The other side writes them while more are gathered here.
    if (length === maxDataBytes) this.#release();
    return undefined;
  }

  /** What to wait for while bytes pile up; undefined if nothing waits. */
  drained(): Promise<void> | undefined {
    if (!this.#answers.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      this.#answers.once('drain', resolve);
    });
  }

  /** Reports that the file is complete. */
  end(size: number): void {
    this.#say('end', size);
    this.#release();
  }

  /**
   * Reports that the download failed.
   *
   * @param kind - `missing`: because the server does not have the file
   */
  failed(message: string, kind: 'failed' | 'missing'): void {
    const text = Buffer.from(message === '' ? 'unknown error' : message).subarray(0, maxWireText);
    this.#say(kind, text.length);
    this.#answers.write(text);
  }

  /** Words of one turn of the event loop are sent together: each write wakes the other side. */
  #say(kind: keyof typeof wireKinds, value: number | bigint): void {
    if (!this.#isHeld) {
      this.#isHeld = true;
      this.#answers.cork();
      setImmediate(() => this.#release());
    }
    this.#answers.write(wireHeader(kind, value));
  }

  #release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#answers.uncork();
  }
}
