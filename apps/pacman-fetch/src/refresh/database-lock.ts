import { closeSync, constants, linkSync, openSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';
import { lockFile } from '../one-file/files.js';
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

  /**
   * Removes a lock that a killed process of ours has left behind: pacman would wait for it for ever. What can't be
   * removed stays, and pacman says so.
   *
   * @param database - DBPath
   */
  static async removeAbandoned(database: string): Promise<void> {
    const path = join(database, lockName);
    if (!isAbandoned(path)) return;
    // Another one of us may be at it, and whoever isn't root can't.
    await DatabaseLock.take(database).then(
      (lock) => lock[Symbol.dispose](),
      () => {},
    );
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

/** @returns false if it is there already */
function tryCreate(path: string): boolean {
  const content = `pacman-fetch ${processMark()}\n`;
  const draft = `${path}.new`;
  try {
    rmSync(draft, { force: true });
    writeFileSync(draft, content, { flag: 'wx', mode: 0 });
    name(draft, path, content);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The lock has its content from its first moment on: an empty one, of a process that was killed, would be pacman's. */
function name(draft: string, path: string, content: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw error;
    // A file system without hard links.
    writeFileSync(path, content, { flag: 'wx', mode: 0 });
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
