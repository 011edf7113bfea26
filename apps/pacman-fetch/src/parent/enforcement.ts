import {
  errorCode,
  type EnforcementReport,
  type FeatureReport,
  isSandboxError,
  readAllTasks,
  reportOf,
  type TaskStatus,
} from '@sb/core';
import { plan, type PrivdropPolicy, support } from '@sb/privdrop';

import type { SandboxUser } from '../config/sandbox-user.js';
import { strayDescriptors } from '../descriptors.js';
import { FetchError } from '../errors.js';
import { givenDescriptors } from '../worker/channel.js';

/** What is in force in the worker, with the ids that the kernel reported. */
export interface Enforcement extends EnforcementReport {
  /** Why just this user downloads. */
  readonly source: string;
  /** Read back from `/proc/<pid>/status` by the parent; absent outside Linux. */
  readonly verified?: Pick<TaskStatus, 'uid' | 'gid' | 'groups' | 'noNewPrivs' | 'seccomp'> & {
    readonly capEff: string;
    readonly capBnd: string;
  };
}

/**
 * Decides before anything is started what will be in force.
 *
 * @throws FetchError `sandbox` if this process is root and can't become the user: it never goes on as root
 */
export function planFor(user: SandboxUser): readonly FeatureReport[] {
  if (user.kind === 'off') return [{ layer: 'privdrop', feature: 'user', state: 'off', reason: user.source }];
  if (user.kind === 'unchanged') {
    // Only the group has that reason; the rest is simply not done for a user that no policy describes.
    const undone = 'not applied to a user that is left as it is';
    const missing = (feature: string): FeatureReport => ({
      layer: 'privdrop',
      feature,
      state: 'unsupported',
      reason: feature === 'group' ? user.source : undone,
    });
    return [
      { layer: 'privdrop', feature: 'user', state: 'already' },
      ...['group', 'groups', 'no_new_privs'].map(missing),
    ];
  }
  try {
    return plan(user.policy, support()).features;
  } catch (error) {
    if (isSandboxError(error)) throw new FetchError('sandbox', error.message);
    throw error;
  }
}

/**
 * Reads back who the worker is and compares it with the plan, before it is told what to download.
 *
 * @param pid - the worker
 * @throws FetchError `sandbox` if the kernel says otherwise
 */
export function verify(user: SandboxUser, features: readonly FeatureReport[], pid: number): Enforcement {
  const report = { ...reportOf(features), source: user.source };
  if (process.platform !== 'linux') return report;
  const tasks = readAllTasks(pid);
  const [status] = tasks;
  if (status === undefined) throw new FetchError('sandbox', 'the worker ended before it could be verified');
  if (user.kind === 'switch') {
    const wrong = features.find(
      (feature) => isClaimed(feature) && !tasks.every((task) => holds(feature.feature, user.policy, task)),
    );
    if (wrong !== undefined) {
      throw new FetchError('sandbox', `the worker's ${wrong.feature} is not what was asked for, so it was ended`);
    }
  }
  const unseen = requireNoStray(pid);
  requireNoPower(user, tasks);
  const { uid, gid, groups, noNewPrivs, seccomp, capEff, capBnd } = status;
  const hex = (mask: bigint): string => mask.toString(16).padStart(16, '0');
  return {
    ...reportOf([...features, ...unseen]),
    source: user.source,
    verified: { uid, gid, groups, noNewPrivs, seccomp, capEff: hex(capEff), capBnd: hex(capBnd) },
  };
}

/** It closes what it inherited; whether it did is to be seen in `/proc` only by those who may trace it. */
function requireNoStray(pid: number): readonly FeatureReport[] {
  try {
    const [stray] = strayDescriptors(pid, givenDescriptors);
    if (stray === undefined) return [];
    throw new FetchError('sandbox', `the worker holds descriptor ${stray}, which it was not given`);
  } catch (error) {
    if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') throw error;
    const reason = "its descriptors can't be verified without CAP_SYS_PTRACE";
    return [{ layer: 'process', feature: 'descriptors', state: 'unsupported', reason }];
  }
}

/** No thread may be root or hold a capability, unless that was asked for. */
function requireNoPower(user: SandboxUser, tasks: readonly TaskStatus[]): void {
  if (user.kind === 'off') return;
  const isPowerful = ({ uid, capEff, capPrm, capAmb }: TaskStatus): boolean =>
    uid.includes(0) || (capEff | capPrm | capAmb) !== 0n;
  if (tasks.some(isPowerful)) {
    throw new FetchError(
      'sandbox',
      'the worker is root or holds capabilities, so it was ended',
      'Start pacman-fetch without ambient capabilities.',
    );
  }
}

function isClaimed({ state }: FeatureReport): boolean {
  return state === 'enforced' || state === 'already';
}

/** Whether a feature that the report claims is what the kernel says. */
function holds(feature: string, policy: PrivdropPolicy, status: TaskStatus): boolean {
  switch (feature) {
    case 'user':
      return status.uid.every((id) => id === policy.uid);
    case 'group':
      return status.gid.every((id) => id === policy.gid);
    case 'groups':
      return status.groups.every((id) => id === policy.gid || policy.groups.includes(id));
    case 'no_new_privs':
      return status.noNewPrivs;
    default:
      return false;
  }
}
