import { closeSync, constants, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';
import { lockFile } from '../parent/files.js';
import { isGone, markPattern, processMark } from '../process-mark.js';

/** pacman's own lock: a file that is there while somebody changes databases. It can't be told from one left behind. */
const lockName = 'db.lck';

/** What ours holds: our process, so that one left behind by SIGKILL is known to be. */
const pattern = new RegExp(`^pacman-fetch (${markPattern})\n$`);

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
    writeSync(descriptor, `pacman-fetch ${processMark()}\n`);
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
    const [, mark] = pattern.exec(readFileSync(path, 'latin1')) ?? [];
    return mark !== undefined && isGone(mark);
  } catch {
    // It can't be read: then it isn't ours to remove.
    return false;
  }
}

function refusal(database: string, error: unknown): FetchError {
  const isForRoot = ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
  const what = `${database} can't be written: ${errorCode(error) ?? (error as Error).message}`;
  return new FetchError('file', what, isForRoot ? 'Run it as root.' : undefined);
}
