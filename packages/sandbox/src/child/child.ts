import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Stream, Writable } from 'node:stream';

import { isSandboxError, SandboxError } from '@sb/core';

import { enforcementOf, isLate, type SandboxReport } from './enforcement.js';
import type { Launched } from '../launch/launch.js';
import type { SandboxStdio } from '../launch/stdio.js';
import type { SandboxPlan } from '../plan/plan.js';

/** The stream that the parent has for one entry of `stdio`. */
type StreamOf<Entry, Its> = Entry extends 'pipe' | 'overlapped' | null | undefined
  ? Its
  : Entry extends 'ignore' | 'inherit' | 'ipc' | number | Stream
    ? null
    : Its | null;

/** The entries of the three standard streams. */
type Standard<Stdio extends SandboxStdio> = Stdio extends string
  ? [Stdio, Stdio, Stdio]
  : number extends Stdio['length']
    ? [unknown, unknown, unknown]
    : Stdio extends readonly [infer In, infer Out, infer Err, ...unknown[]]
      ? [In, Out, Err]
      : Stdio extends readonly [infer In, infer Out]
        ? [In, Out, undefined]
        : Stdio extends readonly [infer In]
          ? [In, undefined, undefined]
          : [undefined, undefined, undefined];

/** What a sandboxed process has beside what every child process has. */
interface Sandboxed extends AsyncDisposable {
  /**
   * Settles when the target was executed and what is in force was read back, or when it can't be executed. Rejects with
   * the SandboxError that the `error` event carries; nobody has to wait for it.
   */
  readonly enforcement: Promise<SandboxReport>;
  /** Whether it was ended because its time was up: the option `timeout`. `killed` is true then as well. */
  readonly timedOut: boolean;
  /** Ends it as a timeout does, unless it has ended, and waits until it is gone. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** An ordinary child process, and what is in force in it. Its streams are typed by its option `stdio`. */
export type SandboxedProcess<Stdio extends SandboxStdio = SandboxStdio> = ChildProcessByStdio<
  StreamOf<Standard<Stdio>[0], Writable>,
  StreamOf<Standard<Stdio>[1], Readable>,
  StreamOf<Standard<Stdio>[2], Readable>
> &
  Sandboxed;

/** How a child is ended by us. */
export interface Ender {
  /** Ends the child. Default: as the options of its start say. */
  end(signal?: NodeJS.Signals): void;
  /** Whether it was ended because its time was up. */
  readonly isTimedOut: boolean;
}

/** What happens to a child; each waits until it is known whether the child ever became the target. */
const held = new Set<string | symbol>(['spawn', 'exit', 'close']);

/**
 * Makes a started launcher look like the target it becomes: `spawn` when the target was executed; `exit` and `close`
 * are the target's own. A step that failed is an `error` and a `close`, as for a program that `child_process` can't
 * start, and never an exit status.
 *
 * @param launched - the launcher
 * @param plan - what it was told to enforce
 * @param ender - ends the child, for instance when something else runs in it than was planned
 */
export function asTarget({ child, status }: Launched, plan: SandboxPlan, ender: Ender): SandboxedProcess {
  const events: (readonly [name: string | symbol, values: readonly unknown[]])[] = [];
  const emit = child.emit.bind(child) as (name: string | symbol, ...values: unknown[]) => boolean;
  let told = false;
  let pass: typeof emit = (name, ...values) => {
    if (held.has(name)) return events.push([name, values]) > 0;
    told ||= name === 'error';
    return emit(name, ...values);
  };
  Object.assign(child, { emit: (name: string | symbol, ...values: unknown[]) => pass(name, ...values) });
  const release = (by: typeof emit): void => {
    pass = by;
    for (const [name, values] of events.splice(0)) by(name, ...values);
  };
  let isTarget = false;
  const enforcement = status
    .then((said) => {
      isTarget = said.kind === 'executed';
      return enforcementOf(said, child, plan);
    })
    .then(
      (report) => {
        release(emit);
        return report;
      },
      (error: unknown) => {
        const ran = isTarget || !(error instanceof SandboxError);
        if (ran) ender.end('SIGKILL');
        // Where nobody listens it is thrown, as child_process does; not from here, where it would be a rejection.
        process.nextTick(() => {
          // Of one that was aborted the AbortError has told already, as child_process tells it: once.
          if (!(told && isSandboxError(error) && error.code === 'aborted')) emit('error', error);
          release(ran ? emit : asNeverStarted(child, emit, error));
          if (isLate(error)) leave(child);
        });
        throw error;
      },
    );
  // Also who only listens to `error` has been told.
  enforcement.catch(() => undefined);
  const dispose = async (): Promise<void> => {
    const isGone = child.pid === undefined || (child.exitCode ?? child.signalCode) !== null;
    if (isGone) letGo(child);
    const gone = new Promise<void>((resolve) => {
      if (isGone) resolve();
      else child.once('close', () => resolve());
    });
    // Its descendants may hold its streams for as long as they like.
    child.once('exit', () => letGo(child));
    ender.end();
    await gone;
  };
  const more = { enforcement, [Symbol.asyncDispose]: dispose };
  Object.defineProperty(child, 'timedOut', { get: () => ender.isTimedOut, enumerable: true, configurable: true });
  return Object.assign(child, more) as unknown as SandboxedProcess;
}

/** Waits no more for one that may never end. */
function leave(child: ChildProcess): void {
  letGo(child);
  child.unref();
  child.emit('close', null, null);
}

/** Closes our ends of its streams, from which `close` follows once it has ended. */
export function letGo({ stdio }: Pick<ChildProcess, 'stdio'>): void {
  for (const stream of stdio) stream?.destroy();
}

/** The launcher's own end is nobody's business. child_process gives `close` the negated error then, and so do we. */
function asNeverStarted(
  child: ChildProcess,
  emit: (name: string | symbol, ...values: unknown[]) => boolean,
  error: SandboxError,
): typeof emit {
  const numbers: Readonly<Record<string, number>> = constants.errno;
  const code = -(numbers[error.errno ?? ''] ?? numbers['ECANCELED'] ?? 1);
  const settle = (): void => {
    Object.assign(child, { exitCode: code, signalCode: null });
  };
  settle();
  let isClosed = false;
  return (name, ...values) => {
    settle();
    if (name === 'spawn' || name === 'exit' || (name === 'close' && isClosed)) return false;
    isClosed ||= name === 'close';
    return name === 'close' ? emit(name, code, null) : emit(name, ...values);
  };
}
