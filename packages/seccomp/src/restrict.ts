import {
  type EnforcementReport,
  errorCode,
  type FeatureReport,
  readAllTasks,
  readKernelFile,
  reportOf,
} from '@sb/core';

import { lets } from './policy/actions.js';
import { thisMachine } from './tables/architectures.js';
import { documentPlace, nativeError, seccompError } from './errors.js';
import { evaluate } from './analysis/evaluate.js';
import { native } from './native.js';
import { plan } from './plan.js';
import { restrictReader } from './policy/documents.js';
import { policy as validate } from './policy/policy.js';
import type { SeccompPlanOptions, SeccompPolicy } from './policy/options.js';
import { newProofKey } from './policy/proof-key.js';
import { support } from './support.js';
import { syscallNumber } from './tables/syscalls.js';
import { unfilteredThread } from './unfiltered.js';

/**
 * Loads a policy's filter on every thread of this process at once, permanently, and for every program that it starts.
 * It sets no_new_privs on every thread, and calls seccomp(2) with TSYNC. Then it makes an attempt that only the filter
 * answers in this way, and reads back the status of every thread. Filters stack: the strictest answer wins, and no
 * filter can be removed.
 *
 * @param policy - from `policy`
 * @param options - the key of the proof, of a caller that has one before other restrictions hide the kernel's random
 *   numbers
 * @returns what is in force. If the filter itself or another restriction prevents reading `/proc`, the line says so,
 *   and relies on the kernel's answer to TSYNC
 * @throws SeccompError. `io-uring-in-use`, `thread-blocked`, and every code of `plan`: no filter was loaded, but
 *   no_new_privs may be set. `verification-failed`: the process must end
 * @see seccomp(2), proc_pid_status(5)
 */
export function restrictSelf(
  policy: SeccompPolicy,
  options: Pick<SeccompPlanOptions, 'proofKey'> = {},
): EnforcementReport {
  const available = support();
  const valid = validate(policy);
  const { proofKey = newProofKey() } = restrictReader.read(options, documentPlace());
  const { record, features, needs } = plan(valid, available, { proofKey });
  if (record.length === 0) return reportOf(features);
  refuseRings(valid);
  if (needs.includes('no_new_privs')) {
    const result = native().noNewPrivs();
    if ('errno' in result) throw nativeError(result);
  }
  const failure = native().applyRecord(record, true);
  if (failure?.thread !== undefined) throw blockedBy(failure.thread);
  if (failure !== null) throw nativeError(failure);
  const before = available.state === 'available' ? available.filters : 0;
  const unread = verifyThreads(before);
  return reportOf(features.map((line) => (unread === undefined ? line : withReason(line, unread))));
}

/**
 * Refuses what {@link restrictSelf} cannot do to this process, for callers that apply other restrictions before the
 * filter.
 *
 * libuv opens an io_uring for its event loop when Node 22 or later starts, and aborts if a later `io_uring_enter` fails
 * with any error. Letting the call through would permit everything that an io_uring can do.
 *
 * @param policy - from `policy`
 * @throws SeccompError `io-uring-in-use`
 */
export function refuseRings(policy: SeccompPolicy): void {
  const number = syscallNumber('io_uring_enter', thisMachine() ?? 'x86_64');
  if (number === undefined || !native().hasRing()) return;
  const { action } = evaluate(policy, thisMachine() ?? 'x86_64', { number, args: [] });
  if (lets(action)) return;
  throw seccompError('io-uring-in-use', 'io-uring', {
    what: `the policy denies io_uring, and this process (Node ${process.versions.node}) has one in use and would abort`,
    hint: "Start it under a filter that denies '@io-uring' already (@sb/sandbox does), or allow io_uring_enter and all that an io_uring can do.",
  });
}

/** Compares every thread with what was requested; returns the reason if it cannot. */
function verifyThreads(before: number): string | undefined {
  let tasks;
  try {
    tasks = readAllTasks('self');
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    return `not read back: /proc can't be read any more (${code}); the kernel reported success for every thread`;
  }
  const free = unfilteredThread(tasks, before);
  if (free !== undefined) {
    throw seccompError('verification-failed', 'verify', {
      what: `thread ${free.tid} (${threadName(free.tid)}) has no new filter, though the kernel reported success`,
      hint: 'End this process: it is restricted in part only.',
    });
  }
  return undefined;
}

function blockedBy(thread: number): Error {
  return seccompError('thread-blocked', 'tsync', {
    what: `thread ${thread} (${threadName(thread)}) has its own filter, so the kernel loaded no filter on any thread`,
    hint: 'Load the filter before that thread does, or let it start from a thread that has this filter.',
    syscall: 'seccomp',
  });
}

function withReason(line: FeatureReport, reason: string): FeatureReport {
  if (line.state === 'off') return line;
  return { ...line, reason: line.reason === undefined ? reason : `${line.reason}; ${reason}` };
}

function threadName(tid: number): string {
  try {
    return readKernelFile(`/proc/self/task/${tid}/comm`, 'utf8').trim();
  } catch {
    // Only a detail of an error that is thrown anyway; the thread may have ended.
    return 'unnamed';
  }
}
