import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import type { Readable, Stream, Writable } from 'node:stream';

import { isSandboxError, lateOs, SandboxError } from '@sb/core';

import type { Denials } from '../denials/denial.js';
import { enforcementOf, isLate, type SandboxReport } from './enforcement.js';
import type { Launched } from '../launch/launch.js';
import type { SandboxStdio } from '../launch/stdio.js';
import type { Cgroup } from '../cgroup/cgroup.js';
import type { SandboxPlan } from '../plan/plan.js';
import type { ReachedLimit } from './reached-limits.js';

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

/** What a sandboxed process has in addition to an ordinary child process. */
interface Sandboxed extends AsyncDisposable {
  /**
   * Settles when the target was executed and what is in force was read back, or when it cannot be executed. Rejects
   * with the SandboxError of the `error` event. A rejection that is not handled does no harm.
   */
  readonly enforcement: Promise<SandboxReport>;
  /** What it was denied, with the option `denials`. The event `denial` has each once, when it happens first. */
  readonly denials?: Denials;
  /** Whether it was ended after the option `timeout`. `killed` is true then as well. */
  readonly timedOut: boolean;
  /** The limits that it has reached, as far as the kernel reports them; empty until it has ended. */
  readonly reachedLimits: readonly ReachedLimit[];
  /** Ends it as a timeout does, unless it has ended, and waits for its end. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * An ordinary child process, with a report of what is in force in it. The option `stdio` determines the types of its
 * streams.
 */
export type SandboxedProcess<Stdio extends SandboxStdio = SandboxStdio> = ChildProcessByStdio<
  StreamOf<Standard<Stdio>[0], Writable>,
  StreamOf<Standard<Stdio>[1], Readable>,
  StreamOf<Standard<Stdio>[2], Readable>
> &
  Sandboxed;

/** How this process ends a child. */
export interface Ender {
  /** Ends the child. Default: with the signal and grace of its options. */
  end(signal?: NodeJS.Signals): void;
  /** Whether it was ended after its timeout. */
  readonly isTimedOut: boolean;
}

/** A started launcher, and its limits. */
export interface Limited extends Launched {
  readonly limits?: { readonly reached: readonly ReachedLimit[] };
  readonly cgroup?: Pick<Cgroup, 'differences'> | undefined;
  /** The working directory that was asked for; undefined for that of the caller. */
  readonly folder?: string | undefined;
}

/** Events that wait until it is known whether the child was executed as the target. */
const held = new Set<string | symbol>(['spawn', 'exit', 'close']);

/**
 * Makes a started launcher look like the target: `spawn` means that the target was executed, and `exit` and `close` are
 * those of the target. A failed step is an `error` and a `close`, as for a program that `child_process` cannot start,
 * and never an exit status.
 *
 * @param launched - the launcher
 * @param plan - what it must enforce
 * @param ender - ends the child, for instance if something else is in force in it than planned
 */
export function asTarget(
  { child, status, limits, cgroup, folder }: Limited,
  plan: SandboxPlan,
  ender: Ender,
): SandboxedProcess {
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
      return enforcementOf(said, { child, cgroup, folder }, plan);
    })
    .then(
      (report) => {
        release(emit);
        return report;
      },
      (error: unknown) => {
        const ran = isTarget || !(error instanceof SandboxError);
        if (ran) ender.end('SIGKILL');
        // Without a listener it is thrown, as by child_process. In a later tick, since here it would become a
        // rejection.
        process.nextTick(() => {
          // For an aborted child the AbortError was emitted already; as in child_process, there is only one.
          if (!(told && isSandboxError(error) && error.code === 'aborted')) emit('error', error);
          release(ran ? emit : asNeverStarted(child, emit, error));
          if (isLate(error)) leave(child);
        });
        throw error;
      },
    );
  // A caller that listens only to `error` has got it as well.
  enforcement.catch(() => undefined);
  const dispose = async (): Promise<void> => {
    const isGone = child.pid === undefined || (child.exitCode ?? child.signalCode) !== null;
    if (isGone) letGo(child);
    const gone = new Promise<void>((resolve) => {
      if (isGone) resolve();
      else child.once('close', () => resolve());
    });
    // Its descendants may keep its streams open without limit.
    child.once('exit', () => letGo(child));
    ender.end();
    await gone;
  };
  const more = { enforcement, [Symbol.asyncDispose]: dispose };
  Object.defineProperties(child, {
    timedOut: { get: () => ender.isTimedOut, enumerable: true, configurable: true },
    reachedLimits: { get: () => limits?.reached ?? [], enumerable: true, configurable: true },
  });
  return Object.assign(child, more) as unknown as SandboxedProcess;
}

/** Waits no longer for a child that may never end. */
function leave(child: ChildProcess): void {
  letGo(child);
  child.unref();
  child.emit('close', null, null);
}

/** Closes this process's ends of its streams. After the end of the child, `close` follows from that. */
export function letGo({ stdio }: Pick<ChildProcess, 'stdio'>): void {
  for (const stream of stdio) stream?.destroy();
}

/** The end of the launcher itself is not reported. As in child_process, `close` has the negated error number then. */
function asNeverStarted(
  child: ChildProcess,
  emit: (name: string | symbol, ...values: unknown[]) => boolean,
  error: SandboxError,
): typeof emit {
  const numbers: Readonly<Record<string, number>> = lateOs().constants.errno;
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
