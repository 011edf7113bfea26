import { errnoName, readKernelFile } from '@sb/core';

import { sandboxError } from '../errors.js';
import { native } from '../native.js';

/**
 * Prevents other processes of the same user from taking this one's descriptors (pidfd_getfd(2)), from reading
 * `/proc/PID/fd` and `/proc/PID/mem`, and from tracing it. The kernel does the same when the ids change, unless
 * `fs.suid_dumpable` is 1; so call this after that. It lasts until exec, and is read back.
 *
 * @throws SandboxError `syscall-failed`, `prebuild-missing`
 * @see PR_SET_DUMPABLE in prctl(2), "Ptrace access mode checking" in ptrace(2)
 */
export function makeUndumpable(): void {
  const error = native().makeUndumpable();
  if (error === 0) return;
  const errno = errnoName(error);
  throw sandboxError('syscall-failed', 'undumpable', {
    what: `cannot close this process to other processes of its user: ${errno}`,
    hint: 'A system-call filter must allow prctl with PR_GET_DUMPABLE and PR_SET_DUMPABLE. End this process.',
    errno,
  });
}

/** Values of fs.suid_dumpable under which the kernel does so; the third, 1, leaves every process dumpable. */
const closing: ReadonlySet<string> = new Set(['0', '2']);

/**
 * Whether the kernel closes a process to other processes of its new user at the moment of the switch. If not, they have
 * a moment until {@link makeUndumpable}.
 *
 * @returns false also if that cannot be read, for instance if `/proc` was mounted with `subset=pid` (proc(5))
 * @see fs.suid_dumpable in proc_sys_fs(5)
 */
export function isClosedBySwitch(): boolean {
  try {
    return closing.has(readKernelFile('/proc/sys/fs/suid_dumpable').trim());
  } catch {
    return false;
  }
}
