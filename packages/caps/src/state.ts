import { errnoName, isMainThread, readAllTasks, readTaskStatus, type TaskStatus } from '@sb/core';

import { getReader } from './documents.js';
import { type CapsError, capsError, documentPlace } from './errors.js';
import { type CapabilityName, namesOf } from './names.js';
import { native } from './native.js';
import type { GetOptions } from './options.js';
import { type Securebit, securebitNames } from './securebits.js';

/** The capabilities of a thread (`capabilities(7)`), each set as names in the order of their numbers. */
export interface CapabilityState {
  /** What the kernel checks. */
  readonly effective: readonly CapabilityName[];
  /** What the thread may make effective. */
  readonly permitted: readonly CapabilityName[];
  /** What survives execve if the file says so too. */
  readonly inheritable: readonly CapabilityName[];
  /** What a file may give at execve. */
  readonly bounding: readonly CapabilityName[];
  /** What survives execve of an ordinary file. */
  readonly ambient: readonly CapabilityName[];
  readonly noNewPrivs: boolean;
  /**
   * Absent for another process, because the kernel shows a thread only its own. Absent in a worker too, because only the
   * main thread may ask all others.
   */
  readonly securebits?: readonly Securebit[];
}

/** The largest number that a `pid_t` holds. */
const lastPid = 2 ** 31 - 1;

/** The capabilities of one of several threads. */
export interface ThreadCapabilities extends CapabilityState {
  /** Thread id. */
  readonly tid: number;
}

/**
 * Reads the capabilities of a process, as `/proc/<pid>/status` shows them. This needs no right.
 *
 * @param pid - process id. Default: this process
 * @param options - `threads: true` for a list with every thread
 * @throws CapsError `unsupported-platform` outside Linux, `invalid-pid` if it is not a whole number of 1 or more.
 *   `syscall-failed` if the process does not exist, `prebuild-missing` if the native part for securebits is missing
 * @see proc_pid_status(5), prctl(2) PR_GET_SECUREBITS
 */
export function get(pid?: number, options?: { readonly threads?: false }): CapabilityState;
export function get(pid: number | undefined, options: { readonly threads: true }): readonly ThreadCapabilities[];
export function get(
  pid: number = process.pid,
  options: GetOptions = {},
): CapabilityState | readonly ThreadCapabilities[] {
  requireLinux('get');
  requirePid(pid);
  const own = pid === process.pid;
  if (getReader.read(options, documentPlace('options')).threads !== true) {
    const securebits = own && isMainThread() ? ownSecurebits() : undefined;
    return stateOf(readTask(own ? 'self' : pid, readTaskStatus), securebits);
  }
  // A process can make only one broadcast at a time (sb_threads.h), so two threads must not.
  const securebits = own && isMainThread() ? threadSecurebits() : new Map<number, number>();
  return readTask(own ? 'self' : pid, readAllTasks).map((task) =>
    Object.assign({ tid: task.tid }, stateOf(task, securebits.get(task.tid))),
  );
}

/** Accepts only a number: a text could lead anywhere under `/proc`, for example `self/../1` or `1/task/2`. */
function requirePid(pid: unknown): void {
  const isNumber = typeof pid === 'number';
  if (isNumber && Number.isInteger(pid) && pid > 0 && pid <= lastPid) return;
  throw capsError('invalid-pid', 'get', {
    what: `${isNumber ? pid : `a value of type ${typeof pid}`} is not a process id`,
    hint: `Give a whole number from 1 to ${lastPid}, or leave it out for this process.`,
  });
}

/** Refuses systems without capabilities. */
export function requireLinux(step: string): void {
  if (process.platform === 'linux') return;
  throw capsError('unsupported-platform', step, {
    what: `${process.platform} has no Linux capabilities`,
    hint: 'Run on Linux, or leave the capability layer off.',
  });
}

/** Returns the securebits of the calling thread, as the kernel's number. */
function ownSecurebits(): number {
  return answered(native().securebits());
}

/** Returns the securebits of every thread of this process, by thread id. */
function threadSecurebits(): ReadonlyMap<number, number> {
  const answers = native().threadSecurebits();
  if (typeof answers === 'number') throw unreadable(answers);
  return new Map(answers.map(({ tid, securebits }) => [tid, answered(securebits)]));
}

function answered(value: number): number {
  if (value < 0) throw unreadable(value);
  return value;
}

function unreadable(error: number): CapsError {
  const errno = errnoName(error);
  return capsError('syscall-failed', 'get', {
    what: `cannot read the securebits: ${errno}`,
    hint:
      errno === 'ETIMEDOUT'
        ? 'A thread did not answer within five seconds: it blocks signal 33, or a debugger holds it.'
        : 'A system-call filter may forbid prctl or rt_sigaction; allow them.',
    errno,
  });
}

function readTask<T>(pid: number | 'self', read: (pid: number | 'self') => T): T {
  try {
    return read(pid);
  } catch (cause) {
    throw capsError('syscall-failed', 'get', {
      what: `cannot read the capabilities of process ${pid}`,
      hint: 'It has ended, or /proc is not mounted or hides it (hidepid).',
      path: `/proc/${pid}/status`,
      cause,
    });
  }
}

function stateOf(task: TaskStatus, securebits: number | undefined): CapabilityState {
  return {
    effective: namesOf(task.capEff),
    permitted: namesOf(task.capPrm),
    inheritable: namesOf(task.capInh),
    bounding: namesOf(task.capBnd),
    ambient: namesOf(task.capAmb),
    noNewPrivs: task.noNewPrivs,
    ...(securebits === undefined ? {} : { securebits: securebitNames(securebits) }),
  };
}
