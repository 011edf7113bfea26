import type { ChildProcess } from 'node:child_process';

import { errorCode } from '@sb/core';

import { watchDeath } from '../native.js';

/** When and how a child is ended by us. */
export interface EndingOptions {
  /** Ends the child when it is aborted; the `error` event then carries an AbortError. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the child is ended, up to 2³¹−1. Default: 0, which is never. */
  readonly timeout?: number;
  /** The first signal. Default: SIGTERM. */
  readonly killSignal?: NodeJS.Signals;
  /** Milliseconds between the first signal and SIGKILL. Default: 5,000. */
  readonly killGrace?: number;
}

const defaultGrace = 5000;

/** Ends a child and, where it has one of its own, its whole process group. */
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

  /** Whether it was ended because its time was up. */
  get isTimedOut(): boolean {
    return this.#isTimedOut;
  }

  /** From now on the child is the target, and leads its group. */
  started(): void {
    this.#isTarget = true;
  }

  /** The first signal now, SIGKILL when the grace is over or the leader is gone, whichever is first. */
  end(signal: NodeJS.Signals = this.#options.killSignal ?? 'SIGTERM'): void {
    // Of one that was never started the number means nothing, and child_process would signal it.
    if (this.#asked || hasEnded(this.#child) || this.#child.pid === undefined) return;
    this.#asked = true;
    // Before the target runs there is nothing to be gentle with, and no group yet.
    const isWatched = this.#endGroupWithLeader(this.#child.pid);
    this.#send(this.#isTarget ? signal : 'SIGKILL');
    const last = setTimeout(() => this.#send('SIGKILL'), this.#options.killGrace ?? defaultGrace);
    this.#child.once('exit', () => {
      clearTimeout(last);
      // Members that ignored the first signal keep the group's number taken; without any it may be another one's by now.
      if (!isWatched) this.#endGroup();
    });
    this.#child.once('close', () => clearTimeout(last));
  }

  /** Members that ignored the first signal end when the leader does, before anybody waits for it: the number is its own. */
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
      // As `kill` of child_process, which reaches one process, would have it.
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
      // At once, so that as a rule it never becomes the target; the error when somebody can listen.
      this.end();
      process.nextTick(abort);
    } else {
      signal?.addEventListener('abort', abort, { once: true });
    }
    const forget = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    // A child that never became the target has no exit.
    this.#child.once('exit', forget).once('close', forget);
  }
}

/** As child_process says it. */
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
    // The group may be gone already, which is what was wanted.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
