import { accessSync } from 'node:fs';

import { errorCode } from './errno.js';

let hasProc = false;

/**
 * Whether this process has to look at paths of others by `holdPath`: as root on Linux. An ordinary user may not follow such a
 * link of another user (ptrace(2)), and without /proc no such link exists.
 */
export function holdsPaths(): boolean {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false;
  try {
    // Asked for each path. If it is gone later, nothing can be held, and so nothing is found.
    if (!hasProc) accessSync('/proc/self/fd');
    hasProc = true;
    return true;
  } catch (error) {
    // Any other error than a missing /proc must not let a path of others be looked at without being held.
    return errorCode(error) !== 'ENOENT';
  }
}
