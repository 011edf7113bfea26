import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

import { isSandboxError, SandboxError } from '@sb/core';

import { enforcementOf, type SandboxReport } from './enforcement.js';
import type { Launched } from '../launch/launch.js';
import type { SandboxPlan } from '../plan/plan.js';

/** An ordinary child process, and what is in force in it. */
export type SandboxedProcess = ChildProcess & {
  /**
   * Settles when the target was executed and what is in force was read back, or when it can't be executed. Rejects with
   * the SandboxError that the `error` event carries; nobody has to wait for it.
   */
  readonly enforcement: Promise<SandboxReport>;
};

/** What happens to a child; each waits until it is known whether the child ever became the target. */
const held = new Set<string | symbol>(['spawn', 'exit', 'close']);

/**
 * Makes a started launcher look like the target it becomes: `spawn` when the target was executed; `exit` and `close`
 * are the target's own. A step that failed is an `error` and a `close`, as for a program that `child_process` can't
 * start, and never an exit status.
 *
 * @param launched - the launcher
 * @param plan - what it was told to enforce
 * @param end - ends the child when something else runs in it than was planned
 */
export function asTarget({ child, status }: Launched, plan: SandboxPlan, end: () => void): SandboxedProcess {
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
        if (ran) end();
        // Where nobody listens it is thrown, as child_process does; not from here, where it would be a rejection.
        process.nextTick(() => {
          // Of one that was aborted the AbortError has told already, as child_process tells it: once.
          if (!(told && isSandboxError(error) && error.code === 'aborted')) emit('error', error);
          release(ran ? emit : asNeverStarted(child, emit, error));
        });
        throw error;
      },
    );
  // Also who only listens to `error` has been told.
  enforcement.catch(() => undefined);
  return Object.assign(child, { enforcement });
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
  return (name, ...values) => {
    settle();
    if (name === 'spawn' || name === 'exit') return false;
    return name === 'close' ? emit(name, code, null) : emit(name, ...values);
  };
}
