import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';

import { errorCode, lateOs } from '@sb/core';

import { startProgram } from '../native.js';
import type { StdioEntry } from './stdio.js';

/**
 * Starts a program as `child_process` does, for a caller that needs no stream of it. `child_process` takes four milliseconds more:
 * it loads the modules for streams, and copies the page tables of this process.
 *
 * @param words - the absolute path of the program, and its arguments
 * @param stdio - what it gets as descriptors 0, 1, 2 …
 * @returns undefined if that needs `child_process`: for streams, without pidfds (Linux 5.3), and to report why it cannot be started
 */
export function startOwn(words: readonly string[], stdio: readonly StdioEntry[]): ChildProcess | undefined {
  const descriptors = stdio.map((entry, index) => descriptorOf(entry, index));
  if (descriptors.includes(undefined)) return undefined;
  const child = new OwnChild(stdio.length);
  const pid = startProgram(words, descriptors as readonly number[], (...how) => child.hasEnded(...how));
  if (pid === undefined) return undefined;
  child.pid = pid;
  child.ref();
  // As child_process does.
  process.nextTick(() => child.emit('spawn'));
  return child as unknown as ChildProcess;
}

/** The number in this process; -1 for none. */
function descriptorOf(entry: StdioEntry, index: number): number | undefined {
  if (entry === 'inherit') return index;
  if (entry === 'ignore') return -1;
  return typeof entry === 'number' ? entry : undefined;
}

/** The longest pause of a timer, in milliseconds. */
const longest = 2 ** 31 - 1;

/** What callers without streams use of a child process. */
class OwnChild extends EventEmitter {
  pid: number | undefined;
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  killed = false;
  readonly stdin = null;
  readonly stdout = null;
  readonly stderr = null;
  readonly stdio: readonly null[];
  #wait: NodeJS.Timeout | undefined;

  constructor(descriptors: number) {
    super();
    this.stdio = Array.from({ length: descriptors }, () => null);
  }

  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    // Afterwards the number may be another process's.
    if (this.pid === undefined || (this.exitCode ?? this.signalCode) !== null) return false;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // As child_process does: without CAP_KILL, root may not signal a process of another user.
      if (errorCode(error) !== 'ESRCH') this.emit('error', error);
      return false;
    }
    this.killed = true;
    return true;
  }

  /** This process may end before it. */
  unref(): void {
    clearInterval(this.#wait);
    this.#wait = undefined;
  }

  /** This process does not end before it. The watch on its end alone would let it. */
  ref(): void {
    if ((this.exitCode ?? this.signalCode) === null) this.#wait ??= setInterval(() => {}, longest);
  }

  hasEnded(code: number, signal: number): void {
    const name = signal === 0 ? undefined : nameOf(signal);
    if (name === undefined) this.exitCode = code;
    else this.signalCode = name;
    this.unref();
    this.emit('exit', this.exitCode, this.signalCode);
    this.emit('close', this.exitCode, this.signalCode);
  }
}

/** Undefined for a real-time signal: child_process reports the exit status 0 for its end. */
function nameOf(number: number): NodeJS.Signals | undefined {
  const found = Object.entries(lateOs().constants.signals).find(([, value]) => value === number);
  return found?.[0] as NodeJS.Signals | undefined;
}
