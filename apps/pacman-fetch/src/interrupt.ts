const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** What stops a program from outside, while it is listened to. */
export interface Interruption {
  /** The exit status that tells of it, 128 + number as shells have it; undefined while none has come. */
  readonly status: number | undefined;
  /** Listens no more. */
  stop(): void;
}

/**
 * Ends what is under way on SIGHUP, SIGINT and SIGTERM, and remembers which it was.
 *
 * @param end - called for each signal
 */
export function interruptOn(end: () => void): Interruption {
  const names = Object.keys(numbers) as (keyof typeof numbers)[];
  const state = { status: undefined as number | undefined, stop: () => {} };
  const listener = (signal: NodeJS.Signals): void => {
    state.status ??= 128 + numbers[signal as keyof typeof numbers];
    end();
  };
  for (const name of names) process.on(name, listener);
  state.stop = () => {
    for (const name of names) process.off(name, listener);
  };
  return state;
}
