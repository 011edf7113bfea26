const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** What stops a program from outside, while it is listened to. */
export interface Interruption {
  /** The exit status that tells of it, 128 + number as shells have it; undefined while none has come. */
  readonly status: number | undefined;
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** Listens no more. */
  stop(): void;
}

/**
 * Ends what is under way on SIGHUP, SIGINT and SIGTERM, and remembers which it was.
 *
 * @param end - called for each signal. Default: nothing but what listens to the interruption's own one
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
