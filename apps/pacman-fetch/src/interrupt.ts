const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The signal that stopped a program, while it listens. */
export interface Interruption {
  /** The exit status for it, 128 + number as in shells; undefined before a signal has come. */
  readonly status: number | undefined;
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  stop(): void;
}

/**
 * Ends the current work on SIGHUP, SIGINT and SIGTERM, and remembers which signal it was.
 *
 * @param end - called for each signal. Default: only the interruption's own signal is aborted
 */
export function interruptOn(end: () => void = () => {}): Interruption {
  const names = Object.keys(numbers) as (keyof typeof numbers)[];
  const abort = new AbortController();
  const state = { status: undefined as number | undefined, signal: abort.signal, stop: () => {} };
  const listener = (signal: NodeJS.Signals): void => {
    state.status ??= 128 + numbers[signal as keyof typeof numbers];
    abort.abort();
    end();
  };
  for (const name of names) process.on(name, listener);
  state.stop = () => {
    for (const name of names) process.off(name, listener);
  };
  return state;
}
