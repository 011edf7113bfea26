import type { ChildProcess, StdioOptions } from 'node:child_process';

import { errorCode } from '@sb/core';
import { isRoot } from '@sb/files';

import { anonymousFile, closeAnonymous, launcherPath } from '../native.js';
import { lateChildProcess } from '../system/late.js';
import { reapWithChild } from './guardian.js';
import { startOwn } from './own-child.js';
import { openStatusChannel } from './status-channel.js';
import { type LauncherStatus, parseStatus } from './status.js';
import type { StdioEntry } from './stdio.js';

/** A started launcher. */
export interface Launched {
  /** The launcher, and after its last step the target: the same process. */
  readonly child: ChildProcess;
  /** Settles when the target is executed, or cannot be. */
  readonly status: Promise<LauncherStatus>;
}

/** How a launcher is started. */
export interface LaunchOptions {
  /** Of messages over `ipc`. Default: `json` */
  readonly serialization?: 'json' | 'advanced' | undefined;
  /** Whether a child without the streams and methods of `child_process` is enough. Default: false */
  readonly plain?: boolean | undefined;
}

/**
 * Milliseconds that root waits for a launcher. A file system that an ordinary user mounts meanwhile on the way to a rule may never
 * answer, and nothing ends who waits for it (fuse(4)).
 */
const mostTime = 30_000;

/**
 * Starts the launcher with records from `joinRecords`.
 *
 * @param records - the process record first, then those of the layers
 * @param stdio - what the target gets as descriptors 0, 1, 2 …
 * @param how - what the caller needs of the child
 * @throws SandboxError if the records cannot be passed to the launcher
 */
export function launch(records: Uint8Array, stdio: readonly StdioEntry[], how: LaunchOptions = {}): Launched {
  const source = anonymousFile(records);
  try {
    const channel = openStatusChannel(records.length);
    try {
      // The launcher closes the first of its two descriptors, and the kernel the second when the target is executed.
      const child = started([...stdio, source, channel.entry], how);
      if (child.pid === undefined) return { child, status: unstarted(child) };
      const status = channel.said(child, stdio.length + 1).then((said) => {
        reapWithChild(child, said);
        return parseStatus(said);
      });
      return { child, status: isRoot() ? inTime(child, status) : status };
    } finally {
      channel.close();
    }
  } finally {
    closeAnonymous(source);
  }
}

/** No environment: that of the target is in the records, and the launcher reads none. */
function started(stdio: readonly StdioEntry[], { serialization = 'json', plain = false }: LaunchOptions): ChildProcess {
  const args = [String(stdio.length - 2), String(stdio.length - 1)];
  const own = plain ? startOwn([launcherPath(), ...args], stdio) : undefined;
  if (own !== undefined) return own;
  const { spawn } = lateChildProcess();
  return spawn(launcherPath(), args, { env: {}, stdio: [...stdio] as StdioOptions, serialization });
}

/** Sends SIGKILL. Without CAP_KILL root may not end a launcher that has changed its user already. */
function isKilled({ pid, exitCode, signalCode }: ChildProcess): boolean {
  // Number 0 would be this process's own group, and that of a child that has ended may be another's by now.
  if (pid === undefined || exitCode !== null || signalCode !== null) return pid !== undefined;
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function inTime(child: ChildProcess, status: Promise<LauncherStatus>): Promise<LauncherStatus> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LauncherStatus>((resolve) => {
    // A report that came while this process was busy is read first.
    timer = setTimeout(() => {
      timer = setTimeout(() => {
        resolve({ kind: 'late', seconds: mostTime / 1000, isKilled: isKilled(child) });
      }, 500);
    }, mostTime);
  });
  try {
    return await Promise.race([status, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for the error that child_process emits at the next tick for a program that it could not start. That event would
 * name the launcher as the target; the status replaces it.
 */
async function unstarted(child: ChildProcess): Promise<LauncherStatus> {
  const emit = child.emit.bind(child) as (name: string | symbol, ...values: unknown[]) => boolean;
  return await new Promise((resolve) => {
    let isFirst = true;
    const hold = (name: string | symbol, ...values: unknown[]): boolean => {
      if (name !== 'error' || !isFirst) return emit(name, ...values);
      isFirst = false;
      resolve({ kind: 'unstarted', errno: errorCode(values[0]) ?? 'unknown error' });
      return true;
    };
    Object.assign(child, { emit: hold });
  });
}
