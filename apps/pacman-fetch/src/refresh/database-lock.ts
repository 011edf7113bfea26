import { closeSync, constants, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';
import { lockFile } from '../parent/files.js';

/** pacman's own lock: a file that is there while somebody changes databases. It can't be told from one left behind. */
const lockName = 'db.lck';

/** What ours holds: our process, by its id and start, so that one left behind by SIGKILL is known to be. */
const pattern = /^pacman-fetch (\d+) (\d+)\n$/;

/** pacman's lock of its databases, held by us. */
export class DatabaseLock implements Disposable {
  readonly #path: string;
  readonly #folder: number;
  readonly #own: Server | undefined;

  private constructor(path: string, folder: number, own: Server | undefined) {
    this.#path = path;
    this.#folder = folder;
    this.#own = own;
  }

  /**
   * Takes the lock.
   *
   * @param database - DBPath
   * @throws FetchError `file` if pacman or another of us has it, or it can't be written
   */
  static async take(database: string): Promise<DatabaseLock> {
    const folder = openSync(database, constants.O_RDONLY | constants.O_DIRECTORY);
    let own: Server | undefined;
    try {
      // Only one of us at a time looks at what another has left behind.
      own = await lockFile(folder, database);
      const path = join(database, lockName);
      create(path);
      return new DatabaseLock(path, folder, own);
    } catch (error) {
      own?.close();
      closeSync(folder);
      throw error instanceof FetchError ? error : refusal(database, error);
    }
  }

  [Symbol.dispose](): void {
    unlinkSync(this.#path);
    this.#own?.close();
    closeSync(this.#folder);
  }
}

function create(path: string): void {
  const isLeftBehind = tryCreate(path) ? undefined : isAbandoned(path);
  if (isLeftBehind === undefined) return;
  if (isLeftBehind) unlinkSync(path);
  if (isLeftBehind && tryCreate(path)) return;
  throw new FetchError(
    'file',
    'failed to synchronize all databases (unable to lock database)',
    `If you're sure a package manager is not already running, you can remove ${path}`,
  );
}

function tryCreate(path: string): boolean {
  try {
    const descriptor = openSync(path, 'wx', 0);
    writeSync(descriptor, `pacman-fetch ${process.pid} ${startOf(process.pid)}\n`);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Whether a lock is one of ours whose process is gone. */
function isAbandoned(path: string): boolean {
  try {
    const [, pid, start] = pattern.exec(readFileSync(path, 'latin1')) ?? [];
    return pid !== undefined && startOf(Number(pid)) !== start;
  } catch {
    // It can't be read: then it isn't ours to remove.
    return false;
  }
}

/** When a process began, in clock ticks since the machine did (proc_pid_stat(5), field 22); undefined if it is gone. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function refusal(database: string, error: unknown): FetchError {
  const isForRoot = ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
  const what = `${database} can't be written: ${errorCode(error) ?? (error as Error).message}`;
  return new FetchError('file', what, isForRoot ? 'Run it as root.' : undefined);
}
