import { errnoName } from '@sb/core';

import { native } from '../native.js';

/**
 * What came of trying to lock a file: it is `locked`; another one has it, `taken`; or there is no telling, `unknown`,
 * because of an errno.
 */
export type FileLockAnswer =
  | { readonly state: 'locked' }
  | { readonly state: 'taken' }
  | { readonly state: 'unknown'; readonly errno: string };

/**
 * Locks an open file against others who lock it so, and waits for none. Only who may write to it can: an open file
 * description lock (F_OFD_SETLK of fcntl(2)) on a byte that no file has. Who may only read can keep it from being taken, but
 * not make it look taken. It goes when every process that has inherited the descriptor has closed it.
 *
 * @param descriptor - open for writing
 * @returns `unknown` with EBUSY where a reader has a lock in the way; with ENOLCK, EOPNOTSUPP or ENOSYS where the file system
 *   has no locks; with EINVAL before Linux 3.15
 * @throws SandboxError `prebuild-missing`
 */
export function tryLockFile(descriptor: number): FileLockAnswer {
  const answer = native().lockFile(descriptor);
  if (answer >= 0) return answer === 0 ? { state: 'locked' } : { state: 'taken' };
  return { state: 'unknown', errno: errnoName(answer) };
}

/**
 * Has a part in the lock of an open file, as any number may: meanwhile {@link tryLockFile} answers `unknown` with EBUSY to
 * others. It goes when every process that has inherited the descriptor has closed it, and who may only read can have it.
 *
 * @param descriptor - open for reading
 * @returns the name of an errno; undefined where it was had. EAGAIN where somebody has locked the file
 * @throws SandboxError `prebuild-missing`
 */
export function shareFile(descriptor: number): string | undefined {
  const error = native().shareFile(descriptor);
  return error === 0 ? undefined : errnoName(error);
}

/**
 * Takes the lock back, for all who share the descriptor.
 *
 * @returns the name of an errno; undefined where nobody has it any more
 * @throws SandboxError `prebuild-missing`
 */
export function unlockFile(descriptor: number): string | undefined {
  const error = native().unlockFile(descriptor);
  return error === 0 ? undefined : errnoName(error);
}
