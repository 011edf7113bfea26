import { closeSync, fstatSync } from 'node:fs';

import { errorCode, errnoName } from '@sb/core';
import { openRegularFile } from '@sb/files';
import { allows, type LandlockPolicy } from '@sb/landlock';

import { type SandboxPackageErrorCode, sandboxError } from '../errors.js';
import { closeAnonymous, native } from '../native.js';
import type { ProgramFile } from './process-record.js';
import { isClosedBySwitch } from '../system/undumpable.js';

const noCopyNeeded = 'Set vm.memfd_noexec below 2, or use a private group: then no copy is needed.';

/** A copy that is executed in place of a program. */
export interface UnreadableProgram {
  /** Stays open until the program changes. */
  readonly descriptor: number;
  /** The original. */
  readonly original: ProgramFile;
}

/** The most bytes of a copy: another user may have made the file. Holes need no memory. */
const largest = 2n ** 30n;

/** The copies by path: one serves every start of this process, as long as the program does not change. */
const copies = new Map<string, UnreadableProgram & { readonly state: string }>();

/**
 * Copies a program to memory so that its user can execute and not read it. The kernel makes a process of such a program
 * undumpable when it executes it. So no other process of the same user can trace it, read its memory or take its
 * descriptors, at any time. Whether that user may execute the program itself is not checked here.
 *
 * @param path - of the program, absolute; its owner may replace it at any time
 * @throws SandboxError `not-permitted` if no program can be executed from memory, or if fs.suid_dumpable is 1, with
 *   which such a process would be dumpable. `not-executable` unless it is a regular file of at most 1 GiB;
 *   `syscall-failed`
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
 * Refuses a program that no rule allows to execute.
 *
 * @param path - of the program
 * @param ruleset - that will be in force; undefined for none
 * @throws SandboxError `not-executable`; LandlockError if the answer is unknown
 */
export function refuseForbidden(path: string, ruleset: LandlockPolicy | undefined): void {
  if (ruleset === undefined || allows(ruleset, { path, right: 'execute' }).allowed) return;
  throw sandboxError('not-executable', 'undumpable', {
    what: `cannot execute ${path}: no Landlock rule grants execute there`,
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

/** Refuses if the kernel would make such a process dumpable, for every other process of its user. */
function refuseDumpable(path: string): void {
  if (isClosedBySwitch()) return;
  throw sandboxError('not-permitted', 'undumpable', {
    what: `cannot hide ${path} from other processes of its user: fs.suid_dumpable is 1, or cannot be read`,
    hint: 'Set it to 0 or 2: sysctl fs.suid_dumpable=0. Or use a private group: then no copy is needed.',
    path,
  });
}

/** Why the copy failed, by errno; other errors are those of the system. */
const causes: Readonly<Record<string, { readonly code: SandboxPackageErrorCode; readonly hint: string }>> = {
  ENOEXEC: { code: 'not-executable', hint: 'It is not a regular file: name a program.' },
  EFBIG: { code: 'not-executable', hint: 'It is larger than 1 GiB, and the copy is in memory.' },
  EACCES: { code: 'not-permitted', hint: noCopyNeeded },
  EPERM: { code: 'not-permitted', hint: noCopyNeeded },
};

function failure(path: string, errno: string): Error {
  const { code, hint } = causes[errno] ?? { code: 'syscall-failed', hint: noCopyNeeded };
  return sandboxError(code, 'undumpable', {
    what: `cannot copy ${path} to a file that its user cannot read: ${errno}`,
    hint,
    errno,
    path,
  });
}
