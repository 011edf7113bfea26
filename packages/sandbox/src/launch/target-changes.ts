import { errorCode, readKernelLink, type TaskStatus } from '@sb/core';

import type { Expected } from '../plan/plan.js';
import { differences } from './verify.js';

/** Bits of a capability mask, `linux/capability.h`. */
const CAP_SETGID = 1n << 6n;
const CAP_SETUID = 1n << 7n;

/** Differences between the kernel's state and the plan, and facts that may explain them. */
export interface Finding {
  /** From {@link differences}. */
  readonly wrong: readonly string[];
  /** The kernel's status of the launcher, just before it executed the target. */
  readonly launcher: TaskStatus;
  readonly expected: Expected;
  /** Whether the target is in another user namespace, which the launcher never makes. */
  readonly isElsewhere: boolean;
}

/**
 * Whether a running target can have caused a difference itself, by what its sandbox allows. A user namespace that it
 * makes gives it every capability inside and none outside (user_namespaces(7)). With CAP_SETUID or CAP_SETGID it may
 * change its ids. It can remove neither no_new_privs nor a filter, and a leader of a session stays in it.
 */
export function isTargetsWork({ wrong, launcher, expected, isElsewhere }: Finding): boolean {
  if (differences(launcher, expected, { by: 'launcher', filters: undefined }).length > 0) return false;
  const mayChange = (capability: bigint): boolean => (launcher.capPrm & capability) !== 0n;
  return wrong.every((what) => {
    if (['no_new_privs', 'seccomp', 'session'].includes(what)) return false;
    if (what === 'user ids') return mayChange(CAP_SETUID);
    if (what === 'group ids' || what === 'groups') return mayChange(CAP_SETGID);
    return isElsewhere;
  });
}

/**
 * Whether a process is in another user namespace than this one. A process that has ended may have been.
 *
 * @throws Error of the system, if that is unknown
 */
export function hasOwnNamespace(pid: number): boolean {
  try {
    return readKernelLink(`/proc/${pid}/ns/user`) !== readKernelLink('/proc/self/ns/user');
  } catch (error) {
    const code = errorCode(error);
    // A zombie has no namespaces any more.
    if (code === 'ENOENT' || code === 'ESRCH') return true;
    if (code === 'EACCES' || code === 'EPERM') return false;
    throw error;
  }
}
