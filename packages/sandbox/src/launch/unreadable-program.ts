import { closeSync, fstatSync } from 'node:fs';

import { errorCode, errnoName } from '@sb/core';
import { openRegularFile } from '@sb/files';
import { allows, type LandlockPolicy } from '@sb/landlock';

import { type SandboxPackageErrorCode, sandboxError } from '../errors.js';
import { closeAnonymous, native } from '../native.js';
import type { ProgramFile } from './process-record.js';
import { isClosedBySwitch } from '../system/undumpable.js';

const noCopyNeeded = 'Set vm.memfd_noexec below 2, or ask for a private group: then no copy is needed.';

/** A copy to execute in the place of a program. */
export interface UnreadableProgram {
  /** Stays open until the program is another one. */
  readonly descriptor: number;
  /** What was copied. */
  readonly original: ProgramFile;
}

/** The most that is copied, in bytes: somebody else may have made the file. What was never written to takes none. */
const largest = 2n ** 30n;

/** Copies that were made, by path: one does for every start of this process, as long as the program is the same. */
const copies = new Map<string, UnreadableProgram & { readonly state: string }>();

/**
 * A copy of a program that its user can execute and can't read, in memory. The kernel makes a process of such a program
 * undumpable when it executes it: no other process of the same user can trace it, read its memory or take its
 * descriptors, not for an instant. Whether that user may execute the program itself is not asked here.
 *
 * @param path - of the program, absolute; who owns it may turn it into anything at any time
 * @throws SandboxError `not-permitted` where no program can be executed from memory, or where fs.suid_dumpable is 1, which
 *   such a process would become; `not-executable` for what is no
 *   regular file of 1 GiB at the most; `syscall-failed`
 * @see fs.suid_dumpable in proc_sys_fs(5), pidfd_getfd(2), "Ptrace access mode checking" in ptrace(2), memfd_create(2)
 */
export function unreadableProgram(path: string): UnreadableProgram {
  refuseDumpable(path);
  const program = openProgram(path);
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(program, { bigint: true });
    const state = [dev, ino, size, mtimeNs, ctimeNs].join();
    const known = copies.get(path);
    if (known?.state === state) return known;
    if (size > largest) throw failure(path, 'EFBIG');
    const descriptor = native().unreadableCopy(program);
    if (descriptor < 0) throw failure(path, errnoName(descriptor));
    if (known !== undefined) closeAnonymous(known.descriptor);
    const made = { descriptor, original: { path, device: dev, inode: ino }, state };
    copies.set(path, made);
    return made;
  } finally {
    closeSync(program);
  }
}

/**
 * Refuses a program that no rule lets be executed.
 *
 * @param path - of the program
 * @param ruleset - that will be in force; undefined for none
 * @throws SandboxError `not-executable`; LandlockError where that can't be told
 */
export function refuseForbidden(path: string, ruleset: LandlockPolicy | undefined): void {
  if (ruleset === undefined || allows(ruleset, { path, right: 'execute' }).allowed) return;
  throw sandboxError('not-executable', 'undumpable', {
    what: `${path} can't be executed: no Landlock rule grants execute there`,
    hint: 'Grant rx for it.',
    errno: 'EACCES',
    path,
  });
}

function openProgram(path: string): number {
  try {
    const program = openRegularFile(path);
    if (program !== undefined) return program;
  } catch (error) {
    throw failure(path, errorCode(error) ?? 'EIO');
  }
  throw failure(path, 'ENOEXEC');
}

/** Refuses where the kernel would make such a process dumpable all the same, for every other process of its user. */
function refuseDumpable(path: string): void {
  if (isClosedBySwitch()) return;
  throw sandboxError('not-permitted', 'undumpable', {
    what: `${path} can't be kept from other processes of its user: fs.suid_dumpable is 1, or can't be read`,
    hint: 'Set it to 0 or 2: sysctl fs.suid_dumpable=0. Or ask for a private group: then no copy is needed.',
    path,
  });
}

/** Why there is no copy, by errno; everything else is the system's fault. */
const causes: Readonly<Record<string, { readonly code: SandboxPackageErrorCode; readonly hint: string }>> = {
  ENOEXEC: { code: 'not-executable', hint: 'It is not a regular file: name a program.' },
  EFBIG: { code: 'not-executable', hint: 'It is larger than 1 GiB, and the copy would be in memory.' },
  EACCES: { code: 'not-permitted', hint: noCopyNeeded },
  EPERM: { code: 'not-permitted', hint: noCopyNeeded },
};

function failure(path: string, errno: string): Error {
  const { code, hint } = causes[errno] ?? { code: 'syscall-failed', hint: noCopyNeeded };
  return sandboxError(code, 'undumpable', {
    what: `${path} could not be copied so that its user can't read it: ${errno}`,
    hint,
    errno,
    path,
  });
}
