import type { CapsTarget } from '@sb/caps';
import { capabilityName } from '@sb/caps';
import type { TaskStatus } from '@sb/core';

import type { Expected } from '../plan/plan.js';

/** What was read back from the kernel, as plain data. */
export interface Verified {
  /**
   * The process that read it. The parent reads `/proc/<pid>/status` of the running target. If the target had ended by
   * then, the launcher's own reading from just before the filter counts. Then `seccomp` is the result of an attempt
   * that only the filter answers in its way. A process that restricts itself reads its own.
   */
  readonly by: 'parent' | 'launcher' | 'self';
  /** Real, effective, saved and file-system id. */
  readonly uid: readonly number[];
  readonly gid: readonly number[];
  readonly groups: readonly number[];
  /** Effective capabilities, by name. */
  readonly capEff: readonly string[];
  /** The bounding set, by name. */
  readonly capBnd: readonly string[];
  readonly noNewPrivs: boolean;
  /** 0 none, 1 strict, 2 filter, as in proc_pid_status(5); 3 if the filter has killed the target already. */
  readonly seccomp: number;
}

/** Modes of the kernel's kernel/seccomp.c: a filter, and a filter that has ended its process. */
const FILTER = 2;
const DEAD = 3;

/** How the kernel's status of a task was read. */
export interface Reading {
  /** The process that read it: before the filter none is visible. */
  readonly by: Verified['by'];
  /** How many filters there were before, since an earlier one has the same mode; undefined if unknown. */
  readonly filters: number | undefined;
}

/** Turns a task's status into plain data. */
export function verifiedOf(task: TaskStatus, by: Verified['by'], filter: boolean): Verified {
  return {
    by,
    uid: task.uid,
    gid: task.gid,
    groups: task.groups,
    capEff: namesOf(task.capEff),
    capBnd: namesOf(task.capBnd),
    noNewPrivs: task.noNewPrivs,
    seccomp: by === 'launcher' && filter ? FILTER : task.seccomp,
  };
}

/**
 * Returns the differences between the kernel's state and the plan; empty if they agree. Pure.
 *
 * @param task - of the child
 * @param expected - from the plan
 * @param reading - how it was read
 */
export function differences(task: TaskStatus, expected: Expected, { by, filters }: Reading): readonly string[] {
  return [
    ...(expected.user === undefined ? [] : idDifferences(task, expected.user, expected.groups)),
    ...(expected.caps === undefined ? [] : capabilityDifferences(task, expected.caps)),
    ...(task.noNewPrivs || !expected.launcher ? [] : ['no_new_privs']),
    ...(expected.newSession && (task.session ?? task.tid) !== task.tid ? ['session'] : []),
    ...(by !== 'launcher' && expected.filter && !isFiltered(task, filters) ? ['seccomp'] : []),
  ];
}

/** By its mode, and by one filter more than before if the kernel counts them (Linux 5.9). */
function isFiltered({ seccomp, seccompFilters }: TaskStatus, before: number | undefined): boolean {
  if (![FILTER, DEAD].includes(seccomp)) return false;
  const isCounted = before !== undefined && (before > 0 || seccompFilters > 0);
  return !isCounted || seccompFilters > before;
}

function idDifferences(
  task: TaskStatus,
  { uid, gid, groups }: NonNullable<Expected['user']>,
  hasGroups: boolean,
): readonly string[] {
  return [
    ...(task.uid.every((id) => id === uid) ? [] : ['user ids']),
    ...(task.gid.every((id) => id === gid) ? [] : ['group ids']),
    ...(hasGroups && task.groups.some((id) => id !== gid && !groups.includes(id)) ? ['groups'] : []),
  ];
}

/** A set may be smaller than planned, as after the execution of an ordinary program, but never larger. */
function capabilityDifferences(task: TaskStatus, target: CapsTarget): readonly string[] {
  const sets: readonly (readonly [name: string, mask: bigint, most: readonly string[] | undefined])[] = [
    ['effective capabilities', task.capEff, target.permitted],
    ['permitted capabilities', task.capPrm, target.permitted],
    ['inheritable capabilities', task.capInh, target.inheritable],
    ['ambient capabilities', task.capAmb, target.ambient],
    ['bounding set', task.capBnd, target.bounding],
  ];
  return sets.flatMap(([name, mask, most]) => {
    return most === undefined || namesOf(mask).every((capability) => most.includes(capability)) ? [] : [name];
  });
}

function namesOf(mask: bigint): readonly string[] {
  if (mask === 0n) return [];
  return Array.from({ length: 64 }, (_, number) => number)
    .filter((number) => (mask & (1n << BigInt(number))) !== 0n)
    .map((number) => capabilityName(number));
}
