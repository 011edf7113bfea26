import { Lane } from './lane.js';
import { type AheadOptions, Sent } from './sent.js';
import { Client, Dispatcher } from './undici.js';

/** Connections that may be closed while requests wait on them. After that, no request is sent ahead any more. */
const maxTroubles = 2;

/**
 * Milliseconds within which a server is near if it has answered once: by loopback, or in the same network. There the wait for an
 * answer is short. A server may hold back the end of an answer that others follow, until it hears that the client has
 * what came before. The client's kernel waits up to 40 ms to say so (RFC 9293, 3.8.6.3).
 */
const nearTime = 3;

/** The rules of the connections to one host. */
export interface LanesOptions extends Client.Options {
  /** The most connections; null: as many as there are requests. */
  readonly connections: number | null;
  /** Called when one more request can be sent. */
  readonly onRoom: () => void;
  /** Milliseconds in which a near server answers, to which nothing is sent ahead. Default: {@link nearTime} */
  readonly near?: number;
}

/**
 * The connections to one host. Once one has answered a request, it takes the next ones before its current answer has
 * ended (RFC 9112, 9.3.2), as long as few bytes are missing. Most of the time of a small
 * file from a distant server is the wait for its answer. A near server gets one request at a time.
 *
 * A host that closes connections on which requests wait gets one request at a time. The waiting ones are sent again.
 */
export class Lanes extends Dispatcher {
  readonly #origin: string | URL;
  readonly #options: LanesOptions;
  readonly #lanes: Lane[] = [];
  /** Requests that no connection can take yet. */
  readonly #queue: { readonly options: AheadOptions; readonly sent: Sent }[] = [];
  #troubles = 0;
  /** Milliseconds of the fastest answer. */
  #fastest = Infinity;

  constructor(origin: string | URL, options: LanesOptions) {
    super();
    this.#origin = origin;
    this.#options = options;
  }

  /** Whether one more request can be sent at once, while all connections are in use. */
  get hasRoom(): boolean {
    return this.#queue.length === 0 && this.#withRoom() !== undefined;
  }

  override dispatch(options: AheadOptions, handler: Dispatcher.DispatchHandler): boolean {
    const repeat = (again: Sent): void => {
      // What waits for answers stays as it is: undici fails if fewer are permitted than are on a connection.
      this.#troubles = Infinity;
      this.#send(options, again);
    };
    return this.#send(options, new Sent(handler, options.ahead, repeat));
  }

  /** @returns whether it is sent at once */
  #send(options: AheadOptions, sent: Sent): boolean {
    const lane = this.#queue.length === 0 ? this.#choose() : undefined;
    if (lane === undefined) {
      sent.queue();
      this.#queue.push({ options, sent });
    } else {
      lane.send(options, sent);
    }
    return lane !== undefined;
  }

  #choose(): Lane | undefined {
    const { connections } = this.#options;
    const free = this.#lanes.find(({ isFree }) => isFree);
    if (free !== undefined) return free;
    return connections === null || this.#lanes.length < connections ? this.#open() : this.#withRoom();
  }

  /** The connection on which the fewest bytes are missing, if a request may be sent ahead. */
  #withRoom(): Lane | undefined {
    if (!this.#mayBeAhead) return undefined;
    return this.#lanes.filter(({ hasRoom }) => hasRoom).sort((one, other) => one.missing - other.missing)[0];
  }

  get #mayBeAhead(): boolean {
    return this.#troubles <= maxTroubles && this.#fastest >= (this.#options.near ?? nearTime);
  }

  #open(): Lane {
    const { connections: _, onRoom: __, near: ___, ...options } = this.#options;
    const lane = new Lane(new Client(this.#origin, { ...options, pipelining: 1 }), {
      onRoom: () => this.#pump(),
      onAnswer: (after) => void (this.#fastest = Math.min(this.#fastest, after)),
      onTrouble: () => void this.#troubles++,
      mayBeAhead: () => this.#mayBeAhead,
    });
    this.#lanes.push(lane);
    return lane;
  }

  #pump(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const lane = next.sent.hasEnded ? undefined : this.#choose();
      if (lane === undefined && !next.sent.hasEnded) return;
      this.#queue.shift();
      lane?.send(next.options, next.sent);
    }
    this.#options.onRoom();
  }
}
