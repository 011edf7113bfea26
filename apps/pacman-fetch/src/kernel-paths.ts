import { listKernelFolder } from '@sb/core';
import { look } from '@sb/files';

import { FetchError } from './errors.js';

/**
 * Checks that /proc and /dev are there: files are opened by `/proc/self/fd`, and programs are started with `/dev/null`.
 * A chroot often lacks them. Without this check, the first file that is opened would be called missing.
 *
 * @throws FetchError `sandbox`
 */
export function requireKernelPaths(): void {
  if (process.platform !== 'linux') return;
  if (!hasProc()) throw new FetchError('sandbox', '/proc is not mounted', 'Run "mount -t proc proc /proc".');
  if (hasNull()) return;
  const remedy = 'Run "mount -t devtmpfs dev /dev", or "mknod -m 666 /dev/null c 1 3".';
  throw new FetchError('sandbox', '/dev/null is missing, or is not a device', remedy);
}

function hasProc(): boolean {
  try {
    return listKernelFolder('/proc/self/fd').length > 0;
  } catch {
    return false;
  }
}

function hasNull(): boolean {
  try {
    return look('/dev/null')?.isCharacterDevice() === true;
  } catch {
    // It cannot be examined, for instance in a user namespace without root's files. That does not show that it is missing.
    return true;
  }
}
