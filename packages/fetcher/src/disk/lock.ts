import { tryLockFile, unlockFile } from '@sb/sandbox/file-lock';

import { FetcherError } from '../errors/fetcher-error.js';

/** What holds a lock. */
export interface FileLock {
  /** Lets go of it, also for a worker that still has the file open. To be called before that is closed here. */
  close(): void;
}

/** What a {@link lockFile} came to. */
export interface FileLockAttempt {
  /** Undefined where there is none. */
  readonly lock: FileLock | undefined;
  /** Whether somebody who may read the file keeps it from being locked, so that two who write don't notice each other. */
  readonly isHindered: boolean;
}

/** What a lock of somebody else to read, in the way of one to write, is called by {@link tryLockFile}. */
const hindered = 'EBUSY';

/**
 * What says that nobody can tell: a file system or a kernel without such locks, a rule that forbids them, or a lock of
 * somebody who may only read in the way, which must not stop who may write.
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
 * Makes sure that nobody else of us writes to an open file, in whichever container: a lock that only who may write to it
 * can take, and that goes with the processes that have it open, however those end ({@link tryLockFile}). Where there are
 * no such locks two at once are not noticed.
 *
 * @param descriptor - the file, open for writing
 * @param path - for the error
 * @throws FetcherError `file` if somebody else has it
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
  // Where this fails, closing the file does it.
  return { lock: { close: () => void unlockFile(descriptor) }, isHindered: false };
}

/**
 * {@link attemptLock}, whatever keeps it from being locked.
 *
 * @returns what holds the lock; undefined where there is none
 * @throws FetcherError `file` if somebody else has it
 */
export function lockFile(descriptor: number, path: string): FileLock | undefined {
  return attemptLock(descriptor, path).lock;
}
