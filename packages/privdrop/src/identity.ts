import { errnoName, type FourIds } from '@sb/core';

import { privdropError } from './errors.js';
import { native } from './native.js';

/** The ids of this process (`credentials(7)`). */
export interface ProcessIdentity {
  /** Real, effective, saved and file-system user id. Outside Linux the last equals the effective one. */
  readonly uid: FourIds;
  /** Real, effective, saved and file-system group id. */
  readonly gid: FourIds;
  /** Supplementary groups, in the kernel's order. On the BSDs and macOS the first is the effective group. */
  readonly groups: readonly number[];
}

/**
 * Reads every id of the calling thread: real, effective, saved and file-system user and group ids, and the groups.
 *
 * @throws PrivdropError `unsupported-platform` if the platform has no users
 * @see getresuid(2), setfsuid(2), getgroups(2)
 */
export function currentIdentity(): ProcessIdentity {
  requireUsers('current-identity');
  const identity = native().identity();
  if (typeof identity === 'number') {
    throw privdropError('syscall-failed', 'current-identity', {
      what: `cannot read the ids of this process: ${errnoName(identity)}`,
      hint: 'A system-call filter may forbid getresuid or getgroups; allow them.',
      errno: errnoName(identity),
    });
  }
  return identity;
}

/** Refuses platforms without POSIX users. */
export function requireUsers(step: string): void {
  if (process.getuid !== undefined) return;
  throw privdropError('unsupported-platform', step, {
    what: `${process.platform} has no POSIX users`,
    hint: 'Run on Linux, macOS or a BSD, or leave user switching off.',
  });
}
