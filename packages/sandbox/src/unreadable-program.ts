import { errorCode, errnoName, readKernelFile } from '@sb/core';

import { sandboxError } from './errors.js';
import { native } from './native.js';

/** Copies that were made, by path: one does for every start of this process. */
const copies = new Map<string, number>();

/**
 * A copy of a program that its user can execute and can't read, in memory. The kernel makes a process of such a program
 * undumpable when it executes it: no other process of the same user can trace it, read its memory or take its
 * descriptors, not for an instant.
 *
 * @param path - of the program, absolute
 * @returns a descriptor that stays open for as long as this process lives
 * @throws SandboxError `not-permitted` where no program can be executed from memory; `syscall-failed`
 * @see pidfd_getfd(2), "Ptrace access mode checking" in ptrace(2), memfd_create(2)
 */
export function unreadableProgram(path: string): number {
  const known = copies.get(path);
  if (known !== undefined) return known;
  const descriptor = native().unreadableCopy(path);
  if (descriptor < 0) throw failure(path, errnoName(descriptor));
  copies.set(path, descriptor);
  return descriptor;
}

/**
 * Whether the kernel keeps processes of one user from looking into each other, as Yama does from 1 on: then no copy is
 * needed.
 *
 * @see Documentation/admin-guide/LSM/Yama.rst
 */
export function keepsNeighboursApart(): boolean {
  try {
    return Number(readKernelFile('/proc/sys/kernel/yama/ptrace_scope')) >= 1;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function failure(path: string, errno: string): Error {
  const isForbidden = errno === 'EACCES' || errno === 'EPERM';
  return sandboxError(isForbidden ? 'not-permitted' : 'syscall-failed', 'undumpable', {
    what: `${path} could not be copied so that its user can't read it: ${errno}`,
    hint: 'Set vm.memfd_noexec below 2, or kernel.yama.ptrace_scope to 1: then no copy is needed.',
    errno,
    path,
  });
}
