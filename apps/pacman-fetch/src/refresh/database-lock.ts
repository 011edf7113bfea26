import { closeSync } from 'node:fs';
import { resolve } from 'node:path';

import { errorCode, readAll, systemReason } from '@sb/core';
import { filesClause, Folder, isFilesError } from '@sb/files';

import { FetchError } from '../errors.js';
import { isGone, markPattern, processMark } from '../process-mark.js';
import { databaseHint } from './database-hint.js';
import { LockDraft } from './lock-draft.js';

/**
 * pacman's own lock: a file that exists while a process changes databases. It cannot be distinguished from one that was
 * left behind.
 */
const lockName = 'db.lck';

/** The content of pacman-fetch's lock: its process, so that one left behind by SIGKILL is recognized. */
const pattern = new RegExp(`^pacman-fetch (${markPattern})\n$`);

/** The most bytes of a lock of pacman-fetch. */
const maxBytes = 200;

/** pacman's lock of its databases, held by this process. */
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
   * @param purpose - what cannot be done without it, in pacman's words
   * @throws FetchError `file` if pacman or another pacman-fetch has it, or if it cannot be written
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
   * Takes the lock for downloads of packages, as pacman does for its own: both write to the same `.part` files. A user
   * that may not write to DBPath downloads without it, but not while another process has it.
   *
   * @param database - DBPath
   * @returns undefined if this user may not write there
   * @throws FetchError `file` if pacman or another pacman-fetch has it
   */
  static takeForTransaction(database: string): DatabaseLock | undefined {
    const purpose = 'init transaction';
    using folder = openedFolder(database);
    if (folder.isWritable()) return DatabaseLock.take(database, purpose);
    if (folder.lookUp(lockName) !== undefined) throw taken(`${folder.path}/${lockName}`, purpose);
    return undefined;
  }

  /**
   * Removes a lock that a killed pacman-fetch has left behind: pacman would wait for it for ever. A lock that cannot be
   * removed stays, and pacman reports it.
   *
   * @param database - DBPath
   */
  static removeAbandoned(database: string): void {
    // Another pacman-fetch may be removing it, and a user other than root cannot.
    try {
      if (isLeftIn(database)) DatabaseLock.take(database)[Symbol.dispose]();
    } catch {
      // pacman reports it.
    }
  }

  /**
   * Removes it. Another process may have removed it meanwhile, and taken a new one, which stays.
   *
   * @throws FetchError `file` if it cannot be removed
   */
  [Symbol.dispose](): void {
    try {
      if (contentIn(this.#folder) === this.#content) this.#folder.remove(lockName);
    } catch (error) {
      // pacman's own lock has mode 0, so that only root can read it.
      if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) return;
      throw refusal(`${this.#folder.path}/${lockName}`, error);
    } finally {
      this.#folder.close();
    }
  }
}

/** @param made - makes the object that holds the lock */
function takeIn(folder: Folder, purpose: string, made: (content: string) => DatabaseLock): DatabaseLock {
  const content = `pacman-fetch ${processMark()}\n`;
  // Only one pacman-fetch at a time examines what another has left behind.
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

/** Whether a lock is one of pacman-fetch whose process has ended. */
function isAbandoned(folder: Folder): boolean {
  try {
    const [, mark] = pattern.exec(contentIn(folder) ?? '') ?? [];
    return mark !== undefined && isGone(mark);
  } catch {
    // It cannot be read, so it is not removed.
    return false;
  }
}

/** The content of the lock; undefined if it is longer than any of pacman-fetch. */
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
  const isOurs = isFilesError(error);
  if (isOurs && error.code !== 'open-failed') return new FetchError('file', filesClause(error), error.hint);
  const cause = isOurs ? error.cause : error;
  const hint = databaseHint(cause) ?? (isOurs ? error.hint : undefined);
  return new FetchError('file', `cannot write ${path}: ${systemReason(cause)}`, hint);
}
