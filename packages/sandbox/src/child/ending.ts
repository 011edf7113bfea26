import type { ChildProcess } from 'node:child_process';

import { errorCode } from '@sb/core';

import { watchDeath } from '../native.js';

/** When and how this process ends a child. */
export interface EndingOptions {
  /** Ends the child when it is aborted; the `error` event then has an AbortError. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the child is ended, up to 2³¹−1. Default: 0, which means never. */
  readonly timeout?: number;
  /** The first signal. Default: SIGTERM. */
  readonly killSignal?: NodeJS.Signals;
  /** Milliseconds between the first signal and SIGKILL. Default: 5,000. */
  readonly killGrace?: number;
}

const defaultGrace = 5000;

/** Ends a child and, if it leads a process group, the whole group. */
export class Ending {
  readonly #child: ChildProcess;
  readonly #options: EndingOptions;
  readonly #ownGroup: boolean;
  #isTarget = false;
  #asked = false;
  #isTimedOut = false;

  constructor(child: ChildProcess, options: EndingOptions, ownGroup: boolean) {
    this.#child = child;
    this.#options = options;
    this.#ownGroup = ownGroup;
    this.#watch(options);
  }

  /** Whether it was ended after its timeout. */
  get isTimedOut(): boolean {
    return this.#isTimedOut;
  }

  /** From now on the child is the target, and leads its group. */
  started(): void {
    this.#isTarget = true;
  }

  /** Sends the first signal now. SIGKILL follows after the grace, or when the leader has ended. */
  end(signal: NodeJS.Signals = this.#options.killSignal ?? 'SIGTERM'): void {
    // A child that was never started has no valid number, and child_process would signal it.
    if (this.#asked || hasEnded(this.#child) || this.#child.pid === undefined) return;
    this.#asked = true;
    // Before the target runs it has no process group, and nothing to finish: SIGKILL is enough.
    const isWatched = this.#endGroupWithLeader(this.#child.pid);
    this.#send(this.#isTarget ? signal : 'SIGKILL');
    const last = setTimeout(() => this.#send('SIGKILL'), this.#options.killGrace ?? defaultGrace);
    this.#child.once('exit', () => {
      clearTimeout(last);
      // Members that ignored the first signal keep the number of the group in use. Without members it may belong to
      // another group by now.
      if (!isWatched) this.#endGroup();
    });
    this.#child.once('close', () => clearTimeout(last));
  }

  /**
   * Members that ignored the first signal end with the leader, before the leader is waited for: until then the number
   * is valid.
   */
  #endGroupWithLeader(leader: number): boolean {
    return watchDeath(leader, (signal) => {
      if (signal >= 0) this.#endGroup();
    });
  }

  #endGroup(): void {
    if (this.#isTarget && this.#ownGroup) signalGroup(this.#child, 'SIGKILL');
  }

  #send(signal: NodeJS.Signals): void {
    if (this.#isTarget && this.#ownGroup && !hasEnded(this.#child)) {
      signalGroup(this.#child, signal);
      // As with `kill` of child_process, which signals one process.
      Object.assign(this.#child, { killed: true });
    } else this.#child.kill(signal);
  }

  #timeOut(): void {
    this.#isTimedOut = !this.#asked && !hasEnded(this.#child);
    this.end();
  }

  #watch({ signal, timeout }: EndingOptions): void {
    const timer = timeout === undefined || timeout === 0 ? undefined : setTimeout(() => this.#timeOut(), timeout);
    const abort = (): void => {
      this.end();
      this.#child.emit('error', abortError(signal?.reason));
    };
    if (signal?.aborted === true) {
      // At once, so that as a rule the target is never executed. The error comes later, when a listener can exist.
      this.end();
      process.nextTick(abort);
    } else {
      signal?.addEventListener('abort', abort, { once: true });
    }
    const forget = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    // A child that was never executed as the target has no exit.
    this.#child.once('exit', forget).once('close', forget);
  }
}

/** As child_process words it. */
export function abortError(cause: unknown): Error {
  return Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError', code: 'ABORT_ERR' });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group may have ended already, which is the goal.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
