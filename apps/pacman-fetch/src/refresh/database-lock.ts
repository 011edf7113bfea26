import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';
import { isGone, markPattern, processMark } from '../process-mark.js';
import { LockDraft } from './lock-draft.js';

/** pacman's own lock: a file that is there while somebody changes databases. It can't be told from one left behind. */
const lockName = 'db.lck';

/** What ours holds: our process, so that one left behind by SIGKILL is known to be. */
const pattern = new RegExp(`^pacman-fetch (${markPattern})\n$`);

/** pacman's lock of its databases, held by us. */
export class DatabaseLock implements Disposable {
  readonly #path: string;
  readonly #content: string;

  private constructor(path: string, content: string) {
    this.#path = path;
    this.#content = content;
  }

  /**
   * Takes the lock.
   *
   * @param database - DBPath
   * @throws FetchError `file` if pacman or another of us has it, or it can't be written
   */
  static take(database: string): DatabaseLock {
    const path = join(database, lockName);
    const content = `pacman-fetch ${processMark()}\n`;
    try {
      // Only one of us at a time looks at what another has left behind.
      using draft = LockDraft.open(`${path}.new`);
      draft.write(content);
      if (draft.name(path)) return new DatabaseLock(path, content);
      if (!isAbandoned(path)) throw taken(path);
      unlinkSync(path);
      if (draft.name(path)) return new DatabaseLock(path, content);
      throw taken(path);
    } catch (error) {
      throw error instanceof FetchError ? error : refusal(database, error);
    }
  }

  /**
   * Removes a lock that a killed process of ours has left behind: pacman would wait for it for ever. What can't be
   * removed stays, and pacman says so.
   *
   * @param database - DBPath
   */
  static removeAbandoned(database: string): void {
    const path = join(database, lockName);
    if (!isAbandoned(path)) return;
    // Another one of us may be at it, and whoever isn't root can't.
    try {
      DatabaseLock.take(database)[Symbol.dispose]();
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
      if (readFileSync(this.#path, 'latin1') === this.#content) unlinkSync(this.#path);
    } catch (error) {
      // pacman's own has no rights at all, so that it can't be read by whoever isn't root.
      if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) return;
      throw refusal(this.#path, error);
    }
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

function taken(path: string): FetchError {
  return new FetchError(
    'file',
    'failed to synchronize all databases (unable to lock database)',
    `If you're sure a package manager is not already running, you can remove ${path}`,
  );
}

function refusal(database: string, error: unknown): FetchError {
  const isForRoot = ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
  const what = `${database} can't be written: ${errorCode(error) ?? (error as Error).message}`;
  return new FetchError('file', what, isForRoot ? 'Run it as root.' : undefined);
}
