import { errnoName } from '@sb/core';

import { native } from '../native.js';

/**
 * The result of locking a file: it is `locked`; another process has the lock, `taken`; or the state is `unknown`,
 * because of an errno.
 */
export type FileLockAnswer =
  | { readonly state: 'locked' }
  | { readonly state: 'taken' }
  | { readonly state: 'unknown'; readonly errno: string };

/**
 * Locks an open file against other callers of this function, without waiting. Locking needs write access: it is an open
 * file description lock (F_OFD_SETLK of fcntl(2)) on a byte beyond the end of every file. A user with only read access
 * can prevent locking, but cannot make the file look locked. The lock ends when every process that has inherited the
 * descriptor has closed it.
 *
 * @param descriptor - open for writing
 * @returns `unknown` with EBUSY if a reader's lock is in the way; with ENOLCK, EOPNOTSUPP or ENOSYS if the file system
 *   has no locks; with EINVAL before Linux 3.15
 * @throws SandboxError `prebuild-missing`
 */
export function tryLockFile(descriptor: number): FileLockAnswer {
  const answer = native().lockFile(descriptor);
  if (answer >= 0) return answer === 0 ? { state: 'locked' } : { state: 'taken' };
  return { state: 'unknown', errno: errnoName(answer) };
}

/**
 * Takes a shared lock of an open file, which any number of processes may have. Meanwhile {@link tryLockFile} returns
 * `unknown` with EBUSY to others. The lock ends when every process that has inherited the descriptor has closed it.
 * Read access is enough.
 *
 * @param descriptor - open for reading
 * @returns the name of an errno; undefined after success. EAGAIN if another process has locked the file
 * @throws SandboxError `prebuild-missing`
 */
export function shareFile(descriptor: number): string | undefined {
  const error = native().shareFile(descriptor);
  return error === 0 ? undefined : errnoName(error);
}

/**
 * Releases the lock, for all processes that share the descriptor.
 *
 * @returns the name of an errno; undefined if the lock is released
 * @throws SandboxError `prebuild-missing`
 */
export function unlockFile(descriptor: number): string | undefined {
  const error = native().unlockFile(descriptor);
  return error === 0 ? undefined : errnoName(error);
}
