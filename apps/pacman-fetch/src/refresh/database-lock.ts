import { closeSync } from 'node:fs';
import { resolve } from 'node:path';

import { errorCode, readAll } from '@sb/core';
import { filesClause, Folder, isFilesError } from '@sb/files';

import { FetchError } from '../errors.js';
import { isGone, markPattern, processMark } from '../process-mark.js';
import { LockDraft } from './lock-draft.js';

/** pacman's own lock: a file that is there while somebody changes databases. It can't be told from one left behind. */
const lockName = 'db.lck';

/** What ours holds: our process, so that one left behind by SIGKILL is known to be. */
const pattern = new RegExp(`^pacman-fetch (${markPattern})\n$`);

/** Bytes of a lock that could be ours. */
const maxBytes = 200;

/** pacman's lock of its databases, held by us. */
export class DatabaseLock implements Disposable {
  readonly #folder: Folder;
  readonly #content: string;

  private constructor(folder: Folder, content: string) {
    this.#folder = folder;
    this.#content = content;
  }

  /**
   * Takes the lock.
   *
   * @param database - DBPath
   * @param purpose - what can't be done without it, in pacman's words
   * @throws FetchError `file` if pacman or another of us has it, or it can't be written
   */
  static take(database: string, purpose = 'synchronize all databases'): DatabaseLock {
    let folder: Folder | undefined;
    try {
      folder = Folder.open(resolve(database));
      return takeIn(folder, purpose, (content) => new DatabaseLock(folder as Folder, content));
    } catch (error) {
      folder?.close();
      throw error instanceof FetchError ? error : refusal(database, error);
    }
  }

  /**
   * Takes the lock for downloads of packages, as pacman does for its own: both write to the same `.part` files. A user who
   * may not write to DBPath downloads without it, but not while it is taken.
   *
   * @param database - DBPath
   * @returns undefined where this user may not write there
   * @throws FetchError `file` if pacman or another of us has it
   */
  static takeForTransaction(database: string): DatabaseLock | undefined {
    const purpose = 'init transaction';
    using folder = openedFolder(database);
    if (folder.isWritable()) return DatabaseLock.take(database, purpose);
    if (folder.lookUp(lockName) !== undefined) throw taken(`${folder.path}/${lockName}`, purpose);
    return undefined;
  }

  /**
   * Removes a lock that a killed process of ours has left behind: pacman would wait for it for ever. What can't be
   * removed stays, and pacman says so.
   *
   * @param database - DBPath
   */
  static removeAbandoned(database: string): void {
    // Another one of us may be at it, and whoever isn't root can't.
    try {
      if (isLeftIn(database)) DatabaseLock.take(database)[Symbol.dispose]();
    } catch {
      // pacman says so.
    }
  }

  /**
   * Removes it. Somebody may have removed it meanwhile, and another one taken it: that one's stays.
   *
   * @throws FetchError `file` where it can't be removed
   */
  [Symbol.dispose](): void {
    try {
      if (contentIn(this.#folder) === this.#content) this.#folder.remove(lockName);
    } catch (error) {
      // pacman's own has no rights at all, so that it can't be read by whoever isn't root.
      if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) return;
      throw refusal(`${this.#folder.path}/${lockName}`, error);
    } finally {
      this.#folder.close();
    }
  }
}

/** @param made - makes what holds the lock */
function takeIn(folder: Folder, purpose: string, made: (content: string) => DatabaseLock): DatabaseLock {
  const content = `pacman-fetch ${processMark()}\n`;
  // Only one of us at a time looks at what another has left behind.
  using draft = LockDraft.open(folder, `${lockName}.new`);
  draft.write(content);
  if (draft.name(lockName)) return made(content);
  if (!isAbandoned(folder)) throw taken(`${folder.path}/${lockName}`, purpose);
  folder.remove(lockName);
  if (draft.name(lockName)) return made(content);
  throw taken(`${folder.path}/${lockName}`, purpose);
}

function openedFolder(database: string): Folder {
  try {
    return Folder.open(resolve(database));
  } catch (error) {
    throw refusal(database, error);
  }
}

function isLeftIn(database: string): boolean {
  const folder = Folder.open(resolve(database));
  try {
    return isAbandoned(folder);
  } finally {
    folder.close();
  }
}

/** Whether a lock is one of ours whose process is gone. */
function isAbandoned(folder: Folder): boolean {
  try {
    const [, mark] = pattern.exec(contentIn(folder) ?? '') ?? [];
    return mark !== undefined && isGone(mark);
  } catch {
    // It can't be read: then it isn't ours to remove.
    return false;
  }
}

/** What the lock holds; undefined for more than one of ours could. */
function contentIn(folder: Folder): string | undefined {
  const descriptor = folder.openFile(lockName);
  try {
    return readAll(descriptor, maxBytes)?.toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}

function taken(path: string, purpose: string): FetchError {
  return new FetchError(
    'file',
    `failed to ${purpose} (unable to lock database)`,
    `If you're sure a package manager is not already running, you can remove ${path}`,
  );
}

function refusal(path: string, error: unknown): FetchError {
  if (isFilesError(error)) {
    const isForRoot = ['EACCES', 'EPERM'].includes(error.errno ?? '');
    if (error.code !== 'open-failed') return new FetchError('file', filesClause(error), error.hint);
    return new FetchError(
      'file',
      `${path} can't be written: ${error.errno}`,
      isForRoot ? 'Run it as root.' : undefined,
    );
  }
  const isForRoot = ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
  const what = `${path} can't be written: ${errorCode(error) ?? (error as Error).message}`;
  return new FetchError('file', what, isForRoot ? 'Run it as root.' : undefined);
}
