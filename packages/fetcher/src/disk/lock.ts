import { tryLockFile, unlockFile } from '@sb/sandbox/file-lock';

import { FetcherError } from '../errors/fetcher-error.js';

/** A held lock. */
export interface FileLock {
  /** Releases it, also for a worker that still has the file open. Call it before the file is closed here. */
  close(): void;
}

/** The result of {@link attemptLock}. */
export interface FileLockAttempt {
  /** Undefined if the file is not locked. */
  readonly lock: FileLock | undefined;
  /** Whether a user who may read the file prevents the lock, so that two writers do not notice each other. */
  readonly isHindered: boolean;
}

/** What {@link tryLockFile} returns if a read lock of another process prevents the write lock. */
const hindered = 'EBUSY';

/**
 * Answers after which it is unknown whether another process writes. Either the file system, the kernel or a rule does
 * not permit such locks, or a read lock is in the way. A read lock needs only read access, so it must not stop a
 * process with write access.
 */
const withoutLocks: ReadonlySet<string> = new Set([
  'EINVAL',
  'ENOLCK',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EACCES',
  hindered,
]);

/**
 * Makes sure that no other process of this package writes to an open file, in any container. Only a process with write
 * access to the file can take the lock. It ends with the processes that have the file open, however they end
 * ({@link tryLockFile}). If such locks are not supported, two writers do not notice each other.
 *
 * @param descriptor - the file, open for writing
 * @param path - for the error
 * @throws FetcherError `file` if another process holds the lock
 */
export function attemptLock(descriptor: number, path: string): FileLockAttempt {
  if (process.platform !== 'linux') return { lock: undefined, isHindered: false };
  const answer = tryLockFile(descriptor);
  if (answer.state === 'taken') {
    throw new FetcherError('file', `another process downloads to ${path}`, { path, hint: 'Wait for it to end.' });
  }
  if (answer.state === 'unknown') {
    if (withoutLocks.has(answer.errno)) return { lock: undefined, isHindered: answer.errno === hindered };
    throw new FetcherError('file', `${path} can't be locked: ${answer.errno}`, { path });
  }
  // If this fails, closing the file releases it.
  return { lock: { close: () => void unlockFile(descriptor) }, isHindered: false };
}

/**
 * {@link attemptLock}, but continues without a lock if the file cannot be locked.
 *
 * @returns the lock; undefined if the file cannot be locked
 * @throws FetcherError `file` if another process holds the lock
 */
export function lockFile(descriptor: number, path: string): FileLock | undefined {
  return attemptLock(descriptor, path).lock;
}
