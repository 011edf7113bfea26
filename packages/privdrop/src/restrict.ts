import {
  type EnforcementReport,
  isMainThread,
  readAllTasks,
  readKernelFile,
  refuseInspector,
  reportOf,
  type TaskStatus,
} from '@sb/core';

import { identityVariables } from './environment.js';
import { nativeError, privdropError } from './errors.js';
import { native } from './native.js';
import { plan, type PrivdropPlan } from './plan.js';
import type { PrivdropPolicy } from './options.js';
import { support } from './support.js';

/**
 * Switches to the user of a policy, for good, on every thread: no_new_privs, setgroups, all group ids, all user ids. Then
 * it compares every id of every thread, and tries to regain what was given up. It sets HOME, USER, LOGNAME and SHELL.
 *
 * A process that already runs as that user stays as it is and is still verified (state `already`).
 *
 * @param policy - from {@link policy}
 * @returns what is enforced, read back from the kernel
 * @throws PrivdropError. `worker-thread` and every code of {@link plan}: nothing was changed. `verification-failed`,
 *   `syscall-failed`, `not-permitted` from a step: only a part was changed, and the process must end. Never catch these
 *   and continue.
 * @see setresuid(2), nptl(7), proc_pid_status(5)
 */
export function dropPrivileges(policy: PrivdropPolicy): EnforcementReport {
  if (!isMainThread()) {
    throw privdropError('worker-thread', 'thread', {
      what: 'only the main thread can drop privileges',
      hint: 'Call it in the main thread, before starting workers; it reaches their threads too.',
    });
  }
  const planned = plan(policy, support());
  if (planned.needs.includes('no_new_privs')) applyNoNewPrivs();
  if (planned.record.length > 0) {
    refuseInspector();
    const failure = native().applyRecord(planned.record);
    if (failure !== null) throw nativeError(failure);
    Object.assign(process.env, identityVariables(policy));
  }
  verifyThreads(policy, planned);
  return reportOf(planned.features);
}

function applyNoNewPrivs(): void {
  const result = native().noNewPrivs();
  if ('errno' in result) throw nativeError(result);
}

/** Compares every thread with the plan; on systems without `/proc`, ids belong to the process, and the C code has compared them. */
function verifyThreads(policy: PrivdropPolicy, planned: PrivdropPlan): void {
  if (process.platform !== 'linux') return;
  const inForce = (name: string): boolean =>
    planned.features.some(({ feature, state }) => feature === name && (state === 'enforced' || state === 'already'));
  const expected = {
    user: inForce('user'),
    groups: inForce('groups'),
    noNewPrivs: inForce('no_new_privs'),
    capabilities: inForce('user') && !policy.allowCapabilities,
  };
  for (const task of readAllTasks('self')) {
    const wrong = differences(task, policy, expected);
    if (wrong.length === 0) continue;
    throw privdropError('verification-failed', 'verify', {
      what: `thread ${task.tid} (${threadName(task.tid)}) has ${wrong.join(', ')} that were not asked for`,
      hint: 'End this process: its rights are unknown. Drop capabilities that survive a change of user first.',
    });
  }
}

interface Expected {
  readonly user: boolean;
  readonly groups: boolean;
  readonly noNewPrivs: boolean;
  /** Whether all capabilities must be gone. */
  readonly capabilities: boolean;
}

function differences(task: TaskStatus, policy: PrivdropPolicy, expected: Expected): string[] {
  const wrong: string[] = [];
  if (expected.user && task.uid.some((id) => id !== policy.uid)) wrong.push('user ids');
  if (expected.user && task.gid.some((id) => id !== policy.gid)) wrong.push('group ids');
  if (expected.groups && task.groups.some((id) => id !== policy.gid && !policy.groups.includes(id)))
    wrong.push('groups');
  if (expected.noNewPrivs && !task.noNewPrivs) wrong.push('no_new_privs');
  if (expected.capabilities && hasCapabilities(task, expected.noNewPrivs)) wrong.push('capabilities');
  return wrong;
}

/** Inheritable capabilities alone give nothing if no_new_privs makes the kernel ignore a file's capabilities. */
function hasCapabilities({ capEff, capPrm, capAmb, capInh }: TaskStatus, noNewPrivs: boolean): boolean {
  return (capEff | capPrm | capAmb | (noNewPrivs ? 0n : capInh)) !== 0n;
}

function threadName(tid: number): string {
  try {
    return readKernelFile(`/proc/self/task/${tid}/comm`, 'utf8').trim();
  } catch {
    // This only decorates an error that is thrown anyway. The thread may have ended.
    return 'unnamed';
  }
}
