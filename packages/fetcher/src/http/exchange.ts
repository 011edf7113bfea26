import type { Stop } from '../values/stop.js';
import { announceLoan, type Loan } from './lent-bytes.js';
import type { AheadOptions } from './sent.js';
import type { Dispatcher } from './undici.js';

/** Bytes that wait for a reader before the server must wait: as many as a stream of Node keeps. */
const maxWaiting = 64 * 1024;

/**
 * Takes a chunk of a body. Its result is awaited before the next one, and before the memory of the chunk is used again.
 */
type Take = (chunk: Uint8Array) => Promise<void> | undefined;

/** An answer whose body has not been read yet. */
export interface Answer {
  readonly status: number;
  /** A header field's value; the first of several. */
  header(name: string): string | undefined;
  readonly body: Body;
}

/** The body of an answer. */
interface Body {
  /**
   * Reads it to its end.
   *
   * @param take - receives each chunk
   * @throws the error of the connection, the reason for which it was stopped, or the error of `take`
   */
  each(take: Take): Promise<void>;
  /** Drops the connection if the body is not complete. */
  discard(): void;
}

/** What is requested. */
export type Question = Pick<AheadOptions, 'origin' | 'path' | 'method' | 'ahead' | 'blocking'> & {
  readonly headers: Record<string, string>;
};

/**
 * Sends one request.
 *
 * @param stop - ends the request, or the body
 * @throws the error of the connection, or the reason for which it was stopped
 */
export async function exchange(dispatcher: Dispatcher, question: Question, stop: Stop): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    dispatcher.dispatch(question, new Exchange(stop, resolve, reject));
  });
}

/**
 * One request of undici, which calls it. The streams, signals and promises of undici's own `request` cost more than all
 * other work on a small file. The methods are those that undici 7 calls itself: others it would call through these.
 */
class Exchange implements Dispatcher.DispatchHandler, Body {
  readonly #stop: Stop;
  readonly #onAnswer: (answer: Answer) => void;
  readonly #onFailure: (error: Error) => void;
  #abort: (reason?: Error) => void = () => {};
  #resume: () => void = () => {};
  #isAnswered = false;
  #loan: Loan | undefined;
  /** Whether it may be lent the bytes of its body: no header fields follow those. */
  #mayBeLent = false;
  /** The bytes that no reader has taken yet. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Whether the server must wait. */
  #isPaused = false;
  #take: Take | undefined;
  #onRead: () => void = () => {};
  #onBroken: (error: unknown) => void = () => {};
  /** Whether the reader is not ready for the next chunk. */
  #isHeld = false;
  /** Whether no more bytes come, and why if that is an error. */
  #isEnded = false;
  #error: unknown;
  /** Whether nothing is left to do. */
  #isOver = false;

  constructor(stop: Stop, onAnswer: (answer: Answer) => void, onFailure: (error: Error) => void) {
    this.#stop = stop;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    stop.listen(this.#onStop);
  }

  onConnect(abort: (reason?: Error) => void): void {
    const { reason } = this.#stop;
    if (reason === undefined) {
      this.#abort = abort;
      this.#loan = announceLoan();
    } else {
      abort(reason);
    }
  }

  onHeaders(status: number, fields: readonly Buffer[], resume: () => void): boolean {
    // Others may come before the answer (RFC 9110, 15.2).
    if (status < 200) return true;
    this.#isAnswered = true;
    this.#resume = resume;
    this.#mayBeLent = fieldOf(fields, 'transfer-encoding') === undefined;
    this.#onAnswer({ status, header: (name) => fieldOf(fields, name), body: this });
    return true;
  }

  onData(chunk: Buffer): boolean {
    // undici resumes with an empty chunk.
    if (this.#isOver || chunk.length === 0) return true;
    if (this.#take !== undefined && !this.#isHeld) {
      this.#give(this.#take, chunk);
      this.#isPaused = this.#isHeld && this.#loan?.isOpen === true;
      return !this.#isPaused;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#isPaused = this.#waitingBytes >= maxWaiting;
    return !this.#isPaused;
  }

  onComplete(): void {
    this.#isEnded = true;
    this.#goOn();
  }

  onError(error: Error): void {
    if (this.#isOver) return;
    if (!this.#isAnswered) {
      this.#finish();
      this.#onFailure(error);
      return;
    }
    this.#isEnded = true;
    this.#error = error;
    this.#goOn();
  }

  async each(take: Take): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#take = take;
      this.#onRead = resolve;
      this.#onBroken = reject;
      if (this.#isOver) reject(this.#error ?? closed());
      else this.#goOn();
    });
  }

  discard(): void {
    this.#break(closed());
  }

  readonly #onStop = (reason: Error): void => {
    if (this.#isAnswered) this.#break(reason);
    // Before that, undici reports it. Without a connection, it does so when there is one, or none can be made.
    else this.#abort(reason);
  };

  #give(take: Take, chunk: Uint8Array): void {
    try {
      const full = take(chunk);
      if (full === undefined) return;
      this.#isHeld = true;
      const onReady = (): void => {
        this.#isHeld = false;
        this.#goOn();
      };
      full.then(onReady, (error: unknown) => this.#break(error));
    } catch (error) {
      this.#break(error);
    }
  }

  /** Hands over what waits, and lets the server send more. */
  #goOn(): void {
    const take = this.#take;
    if (take === undefined) return;
    while (!this.#isHeld && !this.#isOver) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      this.#waitingBytes -= chunk.length;
      this.#give(take, chunk);
    }
    if (this.#isHeld || this.#isOver) return;
    if (this.#isEnded) {
      this.#finish();
      if (this.#error === undefined) this.#onRead();
      else this.#onBroken(this.#error);
      return;
    }
    // From now on, each chunk is taken as it comes.
    if (this.#loan !== undefined) this.#loan.isOpen = this.#mayBeLent;
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#resume();
  }

  /** Ends the body early. For undici, a body that has come completely stays so. */
  #break(error: unknown): void {
    if (this.#isOver) return;
    this.#finish();
    this.#error = error;
    this.#waiting = [];
    this.#abort();
    this.#onBroken(error);
  }

  #finish(): void {
    this.#isOver = true;
    this.#stop.forget(this.#onStop);
  }
}

function closed(): Error {
  return new Error('the answer was closed');
}

/** undici gives names and values as they came; a value is read as ISO 8859-1 (RFC 9110, 5.5). */
function fieldOf(fields: readonly Buffer[], name: string): string | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    const field = fields[at];
    if (field?.length === name.length && field.toString('latin1').toLowerCase() === name)
      return fields[at + 1]?.toString('latin1');
  }
  return undefined;
}
