import type { AheadOptions, Place, Sent } from './sent.js';
import type { Client } from './undici.js';

/** Bytes of answers that may be missing on a connection when one more request is sent over it. */
const maxMissing = 512 * 1024;

/** The most requests on one connection. */
const maxRequests = 8;

/** Answers after which a server may close a connection: many permit a hundred requests. */
const manyAnswers = 50;

/** What a connection reports. */
export interface LaneEvents {
  /** Called when it can take a request that it could not take before. */
  readonly onRoom: () => void;
  /** Called when a request has its answer that waited for no other one, with the milliseconds that this took. */
  readonly onAnswer: (after: number) => void;
  /** Called when it was closed soon, while requests waited on it. */
  readonly onTrouble: () => void;
  /** Whether requests may be sent ahead to its host. */
  readonly mayBeAhead: () => boolean;
}

/**
 * One connection, and the requests that wait for answers on it, in their order.
 *
 * undici itself sends all waiting ones again after the connection was closed. So it may send one only, until the new
 * connection has answered. A server that closes with unread requests discards the answer that it is sending.
 */
export class Lane implements Place {
  readonly #client: Client;
  readonly #events: LaneEvents;
  readonly #sent: Sent[] = [];
  /** Answers of this connection. */
  #answers = 0;

  constructor(client: Client, events: LaneEvents) {
    this.#client = client;
    this.#events = events;
    client.on('disconnect', () => {
      if (this.#sent.length > 0 && this.#answers < manyAnswers) events.onTrouble();
      this.#answers = 0;
      // Until there is an answer to one.
      if (client.pipelining > 1) client.pipelining = 1;
    });
  }

  get isFree(): boolean {
    return this.#sent.length === 0;
  }

  /** Bytes that are missing of its answers. */
  get missing(): number {
    return this.#sent.reduce((sum, { left }) => sum + left, 0);
  }

  /** Whether a request may be sent ahead. */
  get hasRoom(): boolean {
    return this.#client.pipelining > 1 && this.#sent.length < maxRequests && this.missing <= maxMissing;
  }

  send(options: AheadOptions, sent: Sent): void {
    this.#sent.push(sent);
    sent.enter(this);
    this.#client.dispatch(options, sent);
  }

  isNext(sent: Sent): boolean {
    return this.#sent[0] === sent;
  }

  answered(after: number): void {
    this.#events.onAnswer(after);
  }

  arrived(bytes: number): void {
    const { missing } = this;
    if (missing <= maxMissing && missing + bytes > maxMissing) this.#events.onRoom();
  }

  ended(sent: Sent, isAnswered: boolean): void {
    const at = this.#sent.indexOf(sent);
    if (at < 0) return;
    this.#sent.splice(at, 1);
    if (at === 0) this.#sent[0]?.begin();
    if (isAnswered) {
      this.#answers += 1;
      if (this.#events.mayBeAhead() && this.#client.pipelining === 1) this.#client.pipelining = maxRequests;
    }
    // The bytes behind this answer come first: they could be taken for the answer to a request that is sent now.
    queueMicrotask(this.#events.onRoom);
  }
}
