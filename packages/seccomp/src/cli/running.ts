/** Filters of running processes: `pid:NUMBER` in place of a file. */
import { errnoName, errorCode, parseTaskStatus, readAllTasks, readKernelFile, type TaskStatus } from '@sb/core';

import { instructionSize } from '../bpf/bpf.js';
import type { AnyProgram } from '../exact/prove.js';
import { native } from '../native.js';
import { thisMachine } from '../tables/architectures.js';
import { misuse } from './usage-error.js';

/** A word of the command line that names a process, and which of its filters. */
export interface Running {
  readonly pid: number;
  /** From 1 on, the first loaded first. */
  readonly filter?: number;
}

const strict = 1;
const sysAdmin = 1n << 21n;

/**
 * Returns the process that a word names, or undefined if it names none.
 *
 * @param word - `pid:NUMBER` or `pid:NUMBER/FILTER`
 * @throws UsageError
 */
export function runningOf(word: string): Running | undefined {
  if (!word.startsWith('pid:')) return undefined;
  const [, pid, filter] = /^pid:([1-9]\d{0,9})(?:\/([1-9]\d{0,4}))?$/.exec(word) ?? [];
  if (pid === undefined)
    return misuse(`${word} does not name a process`, 'Write pid:1234, or pid:1234/2 for its second filter.');
  return { pid: Number(pid), ...(filter === undefined ? {} : { filter: Number(filter) }) };
}

/**
 * Reads all filters of a process, the first loaded first. It stops for a moment, and resumes. That needs CAP_SYS_ADMIN
 * and the permission to trace it (ptrace(2), PTRACE_SECCOMP_GET_FILTER). The bytes are as its filter was loaded.
 *
 * @throws UsageError if the process does not exist or has no filter, or the kernel refuses
 */
export function filtersOf({ pid, filter }: Running): readonly AnyProgram[] {
  const machine = thisMachine();
  if (machine === undefined) return misuse('this system has no filters that can be read', 'Read them on Linux.');
  const { seccomp } = statusOf(pid);
  if (seccomp === strict)
    return misuse(`process ${pid} is in strict mode`, 'There, the kernel itself has the list of calls.');
  if (seccomp === 0)
    return misuse(`process ${pid} has no filter`, 'Name a process that has one: its status shows "Seccomp: 2".');
  const found = native().filtersOf(pid);
  if (!(found instanceof Uint8Array)) return refused(pid, found.step, errnoName(found.errno));
  const all = split(found).map((bytes) => ({ machine, bytes }));
  if (filter === undefined) return all;
  const one = all[filter - 1];
  return one === undefined
    ? misuse(`process ${pid} has ${all.length} filters, and no filter ${filter}`, 'Count filters from 1.')
    : [one];
}

/**
 * Returns what is said beside the filters of a process: its threads may have others.
 *
 * @throws UsageError if it has ended meanwhile
 */
export function notesOn({ pid }: Running): readonly string[] {
  const { seccomp, seccompFilters } = statusOf(pid);
  const odd = threadsOf(pid).find((one) => one.seccomp !== seccomp || one.seccompFilters !== seccompFilters);
  return odd === undefined ? [] : [`thread ${odd.tid} has other filters than ${pid}. Name it as pid:${odd.tid}`];
}

function threadsOf(pid: number): readonly TaskStatus[] {
  try {
    return readAllTasks(pid);
  } catch (error) {
    return unreadable(pid, error);
  }
}

function statusOf(pid: number): TaskStatus {
  try {
    return parseTaskStatus(readKernelFile(`/proc/${pid}/status`));
  } catch (error) {
    return unreadable(pid, error);
  }
}

function unreadable(pid: number, error: unknown): never {
  const code = errorCode(error);
  if (code === undefined) throw error;
  if (code !== 'ENOENT' && code !== 'ESRCH')
    return misuse(`the status of process ${pid} can't be read: ${code}`, 'Read it as root.');
  return misuse(`process ${pid} does not exist, or /proc hides it`, 'Look for it with ps, as root.');
}

function refused(pid: number, step: string, errno: string): never {
  if (errno === 'ESRCH') return misuse(`process ${pid} has ended`, 'Name one that runs.');
  if (errno === 'EPERM' && step === 'attach') return misuse(`process ${pid} may not be traced`, whyNot(pid));
  if (errno === 'ETIMEDOUT') {
    return misuse(
      `process ${pid} did not stop within 5 seconds: it waits in the kernel`,
      'It resumes unchanged. Try again when it has finished that.',
    );
  }
  if (errno === 'EACCES') return misuse(`the filters of process ${pid} may not be read`, whoMay());
  if (errno === 'EINVAL' || errno === 'EIO') {
    return misuse(
      `this kernel does not show filters (${errno})`,
      'It needs Linux 4.4 or later, built with CONFIG_CHECKPOINT_RESTORE.',
    );
  }
  return misuse(`the filters of process ${pid} can't be read: ${step} failed with ${errno}`, 'The process resumes.');
}

/** The reasons of ptrace(2), access mode checking. */
function whyNot(pid: number): string {
  const [, tracer = '0'] = /^TracerPid:\s*(\d+)/m.exec(readKernelFile(`/proc/${pid}/status`)) ?? [];
  if (tracer !== '0') return `Process ${tracer} traces it already: end that first.`;
  return 'It needs root with CAP_SYS_PTRACE, and no process may trace itself or the kernel.';
}

function whoMay(): string {
  const { capEff, seccomp } = statusOf(process.pid);
  if ((capEff & sysAdmin) === 0n) return 'That needs CAP_SYS_ADMIN: run it as root, outside of containers.';
  return seccomp === 0
    ? 'That needs CAP_SYS_ADMIN in the first user namespace: run it outside of containers.'
    : 'The kernel shows them to no process that has a filter itself: run it where no filter is.';
}

/** Each program of the bytes, behind the number of its instructions. */
function split(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const programs: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true) * instructionSize;
    programs.push(bytes.slice(at + 4, end));
    at = end;
  }
  return programs;
}
