import { clockNow } from '@sb/core';

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
  /** Called when an answer to a request has begun that waited for no other one, with its milliseconds. */
  answered(after: number): void;
  /** Called after bytes of an answer have arrived. */
  arrived(bytes: number): void;
  /** Called once a request has its answer, or has failed. */
  ended(sent: Sent, isAnswered: boolean): void;
}

/** Milliseconds for the answer to a request that was sent ahead, from its turn on. Some servers lose such a request. */
const patience = 2000;

/** The statuses of a server that permits fewer requests. */
const crowded: ReadonlySet<number> = new Set([429, 503]);

/**
 * A request that waits for its answer, as the handler that undici calls.
 *
 * Ending one that waits behind another would close the connection of the other, and undici would request that one again
 * from its start. So it ends for its caller at once, and closes the connection when its turn has come.
 *
 * One that was sent ahead is repeated if the server loses or refuses it, so that nothing fails because of that.
 */
export class Sent implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #ahead: Ahead;
  readonly #repeat: (sent: Sent) => void;
  #place: Place | undefined;
  #left: number;
  #isWaiting = false;
  #isSent = false;
  /** Whether it was sent before the answer to another one had ended, and may be repeated because of that. */
  #mayRepeat = false;
  #isRepeated = false;
  /** When it was sent, if it waits for no other answer. */
  #since: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #abort: (error?: Error) => void = () => {};
  #hasEnded = false;

  /** @param repeat - sends it again, over a connection on which nothing waits, and sends nothing ahead from then on */
  constructor(handler: Dispatcher.DispatchHandler, ahead: Ahead = nothingKnown, repeat: (sent: Sent) => void) {
    this.#handler = handler;
    this.#ahead = ahead;
    this.#repeat = repeat;
    this.#left = ahead.bytes;
  }

  /** Bytes that are missing of its answer. */
  get left(): number {
    return this.#left;
  }

  /** Whether its caller needs it no more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Records that no connection can take it yet. */
  queue(): void {
    this.#place = undefined;
    this.#wait();
    // So that it can be ended.
    this.#handler.onConnect?.((error) => this.#end(error));
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#ahead.onTurn(false);
  }

  /** Records on which connection it is sent. */
  enter(place: Place): void {
    this.#place = place;
    if (place.isNext(this)) {
      this.begin();
      return;
    }
    this.#mayRepeat = !this.#isRepeated;
    this.#wait();
  }

  /** Records that its answer is the next one. */
  begin(): void {
    if (this.#hasEnded) {
      // The caller of this function still works on the answer before.
      queueMicrotask(() => this.#abort());
      return;
    }
    this.#startTimer();
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#ahead.onTurn(true);
  }

  /** May be called again: undici repeats a request if the connection ends before its turn. */
  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    this.#isSent = true;
    if (this.#hasEnded) {
      abort();
      return;
    }
    this.#startTimer();
    if (this.#place?.isNext(this) === true) this.#since = clockNow();
    this.#handler.onConnect?.((error) => this.#end(error));
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    clearTimeout(this.#timer);
    // The answer follows (RFC 9110, 15.2).
    if (status < 200) return true;
    if (this.#since !== undefined) this.#place?.answered(clockNow() - this.#since);
    if (this.#mayRepeat && crowded.has(status)) {
      this.#again();
      return true;
    }
    this.#mayRepeat = false;
    return this.#hasEnded || (this.#handler.onHeaders?.(status, headers, resume, '') ?? true);
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
    clearTimeout(this.#timer);
    if (this.#mayRepeat && !this.#hasEnded && (this.#isRepeated || isOfAnother(error))) {
      this.#mayRepeat = false;
      this.#isRepeated = true;
      this.#place?.ended(this, false);
      this.#repeat(this);
      return;
    }
    if (!this.#hasEnded) this.#handler.onError?.(error);
    this.#leave(false);
  }

  /** Begins to wait for the answer: with its turn, or when it is sent if that is later. */
  #startTimer(): void {
    clearTimeout(this.#timer);
    if (!this.#mayRepeat || !this.#isSent || this.#place?.isNext(this) !== true) return;
    this.#timer = setTimeout(() => this.#again(), patience).unref();
  }

  #again(): void {
    this.#isRepeated = true;
    this.#abort();
  }

  #leave(isAnswered: boolean): void {
    this.#hasEnded = true;
    this.#place?.ended(this, isAnswered);
  }

  #end(error?: Error): void {
    if (this.#hasEnded) return;
    if (this.#place?.isNext(this) === true) {
      this.#abort(error);
      return;
    }
    this.#hasEnded = true;
    this.#handler.onError?.(error ?? new Error('the request was ended'));
  }
}

/** Whether it may be about bytes that follow the answer before: those that belong to no answer are not HTTP. */
function isOfAnother(error: Error): boolean {
  return error.name === 'HTTPParserError';
}

const nothingKnown: Ahead = { bytes: Infinity, onTurn: () => {} };
