import type { Dispatcher } from './undici.js';

/** What a request says about itself, so that it may be sent ahead. */
export interface Ahead {
  /** Bytes that its answer should have; Infinity if that is unknown. */
  readonly bytes: number;
  /** Called with false when it has to wait for other answers, and with true when its answer is the next one. */
  readonly onTurn: (isTurn: boolean) => void;
}

/** The options of a request that may be sent ahead. */
export type AheadOptions = Dispatcher.DispatchOptions & { readonly ahead?: Ahead };

/** The connection on which a request waits for its answer. */
export interface Place {
  /** Whether the answer to a request is the next one. */
  isNext(sent: Sent): boolean;
  /** Called after bytes of an answer have arrived. */
  arrived(bytes: number): void;
  /** Called once a request has its answer, or has failed. */
  ended(sent: Sent, isAnswered: boolean): void;
}

/**
 * A request that waits for its answer, as the handler that undici calls. Ending one that waits behind another would
 * close the connection of the other, and undici would request that one again from its start. So it ends for its caller
 * at once, and closes the connection when its turn has come.
 */
export class Sent implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #ahead: Ahead;
  #place: Place | undefined;
  #left: number;
  #isWaiting = false;
  #abort: (error?: Error) => void = () => {};
  #hasEnded = false;

  constructor(handler: Dispatcher.DispatchHandler, ahead: Ahead = nothingKnown) {
    this.#handler = handler;
    this.#ahead = ahead;
    this.#left = ahead.bytes;
  }

  /** Bytes that are missing of its answer. */
  get left(): number {
    return this.#left;
  }

  /** Records that other answers come first. */
  wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#ahead.onTurn(false);
  }

  /** Records where it is sent. */
  enter(place: Place): void {
    this.#place = place;
  }

  /** Records that its answer is the next one. */
  begin(): void {
    if (this.#hasEnded) {
      const abort = this.#abort;
      queueMicrotask(() => abort());
    } else if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#ahead.onTurn(true);
    }
  }

  /** May be called again: undici repeats a request if the connection ends before its turn. */
  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#hasEnded) abort();
    else this.#handler.onConnect?.((error) => this.#end(error));
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    return this.#hasEnded || (this.#handler.onHeaders?.(status, headers, resume, statusText) ?? true);
  }

  onData(chunk: Buffer): boolean {
    const before = this.#left;
    this.#left = Math.max(0, before - chunk.length);
    const isReady = this.#hasEnded || (this.#handler.onData?.(chunk) ?? true);
    if (before > 0) this.#place?.arrived(before - this.#left);
    return isReady;
  }

  onComplete(trailers: string[] | null): void {
    if (!this.#hasEnded) this.#handler.onComplete?.(trailers);
    this.#leave(true);
  }

  onError(error: Error): void {
    if (!this.#hasEnded) this.#handler.onError?.(error);
    this.#leave(false);
  }

  #leave(isAnswered: boolean): void {
    this.#hasEnded = true;
    this.#place?.ended(this, isAnswered);
  }

  #end(error?: Error): void {
    if (this.#hasEnded) return;
    if (this.#place === undefined || this.#place.isNext(this)) {
      this.#abort(error);
      return;
    }
    this.#hasEnded = true;
    this.#handler.onError?.(error ?? new Error('the request was ended'));
  }
}

const nothingKnown: Ahead = { bytes: Infinity, onTurn: () => {} };
