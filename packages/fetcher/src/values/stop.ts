/** What is called when something is stopped, with the reason. */
type OnStop = (reason: Error) => void;

/**
 * Ends what is under way, at most once, for a reason. It does what an AbortSignal does, and costs less than a tenth of
 * one: each file has several.
 */
export class Stop implements Disposable {
  #reason: Error | undefined;
  #listeners: OnStop[] = [];
  readonly #above: readonly Stop[];

  /** @param above - each of them stops this one as well, until it is disposed of */
  constructor(...above: readonly Stop[]) {
    this.#above = above;
    for (const one of above) {
      this.#reason ??= one.#reason;
      one.#listeners.push(this.stop);
    }
  }

  /** Why it was stopped; undefined if it was not. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Stops. Only the first reason counts. */
  readonly stop = (reason: Error): void => {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const tell of listeners) tell(reason);
  };

  /** Calls a function when it is stopped from now on. */
  listen(onStop: OnStop): void {
    this.#listeners.push(onStop);
  }

  /** Undoes {@link listen}. */
  forget(onStop: OnStop): void {
    const at = this.#listeners.indexOf(onStop);
    if (at >= 0) this.#listeners.splice(at, 1);
  }

  [Symbol.dispose](): void {
    for (const one of this.#above) one.forget(this.stop);
  }
}

/** Returns what an AbortSignal stops. */
export function stopOf(signal: AbortSignal): Stop {
  const stop = new Stop();
  const tell = (): void => stop.stop(signal.reason as Error);
  if (signal.aborted) tell();
  else signal.addEventListener('abort', tell, { once: true });
  return stop;
}
