import {
  encodeRecord,
  encodeU32,
  type FeatureReport,
  type LayerPlan,
  type PlanNeed,
  refuseMissingPrebuild,
} from '@sb/core';

import { privdropError } from './errors.js';
import { mayBeAnyone, type Obstacle, obstacleTo, unsupportedPlatform } from './obstacles.js';
import { requirePolicy } from './policy.js';
import type { PrivdropPolicy } from './options.js';
import { type Available, mayBeRoot, standingOf } from './standing.js';
import type { PrivdropSupport } from './support.js';

/** What will be done to switch to the user, and what cannot be done. */
export interface PrivdropPlan extends LayerPlan {
  readonly layer: 'privdrop';
}

/** Flags of the record; `privdrop.h` has the same numbers. */
const VERIFY_ONLY = 1;
const KEEP_GROUPS = 2;
const SET_GROUPS = 4;
const recordVersion = 1;

/**
 * Decides what will be enforced. Pure.
 *
 * @param given - from {@link policy}; it may have travelled as JSON
 * @param support - from {@link support}, or made up for a test
 * @throws PrivdropError if the policy requires what is missing, or if a process with uid 0 would stay root;
 *   `prebuild-missing` at every level
 */
export function plan(given: PrivdropPolicy, support: PrivdropSupport): PrivdropPlan {
  const policy = requirePolicy(given);
  refuseMissingPrebuild('privdrop', support);
  const noNewPrivs = planNoNewPrivs(policy, support);
  const obstacle = obstacleTo(policy, support);
  const planned =
    obstacle === undefined && support.state === 'available'
      ? planSwitch(policy, support)
      : planNothing(policy, support, obstacle ?? unsupportedPlatform);
  return {
    layer: 'privdrop',
    record: planned.record,
    features: [...planned.features, ...privateGroupOf(policy, planned.features), noNewPrivs],
    needs: noNewPrivs.state === 'enforced' ? (['no_new_privs'] satisfies PlanNeed[]) : [],
  };
}

type Part = Pick<PrivdropPlan, 'record' | 'features'>;

function planSwitch(policy: PrivdropPolicy, support: Available): Part {
  const { isUser, isDoubtful, hasGroups, hasStrangers } = standingOf(policy, support);
  const keepGroups = support.setgroups === 'denied' && !hasGroups;
  // If other ids read alike, the calls must succeed, and not only the comparison.
  const already = isUser && !isDoubtful && (keepGroups || hasGroups);
  const state = already ? 'already' : 'enforced';
  const groups = keepGroups
    ? line('groups', 'unsupported', 'setgroups is denied in this user namespace; inherited groups were kept on request')
    : line('groups', state);
  const ofGroups = keepGroups ? KEEP_GROUPS : hasStrangers ? SET_GROUPS : 0;
  const record = recordOf(policy, (already ? VERIFY_ONLY : 0) | ofGroups);
  return { record, features: [line('user', state), line('group', state), groups] };
}

/** Plans without a switch, for `prefer`: an ordinary user stays as it is. A process that is root never continues as root. */
function planNothing(policy: PrivdropPolicy, support: PrivdropSupport, obstacle: Obstacle): Part {
  if (policy.level === 'require') throw refusal(obstacle);
  const missing = (feature: string): FeatureReport => line(feature, 'unsupported', obstacle.what);
  if (support.state !== 'available') return nothing(missing);
  const { isUser, isDoubtful } = standingOf(policy, support);
  const isMapped = obstacle.code !== 'not-mapped';
  if (isUser && isMapped) {
    const state = isDoubtful ? 'enforced' : 'already';
    const features = [line('user', state), line('group', state), missing('groups')];
    return { record: recordOf(policy, (isDoubtful ? 0 : VERIFY_ONLY) | KEEP_GROUPS), features };
  }
  if (support.identity.uid.includes(0)) throw refusal(obstacle);
  if (mayBeRoot(support)) throw refusal(mayBeAnyone(support));
  return nothing(missing);
}

function nothing(missing: (feature: string) => FeatureReport): Part {
  return { record: new Uint8Array(), features: ['user', 'group', 'groups'].map(missing) };
}

/** Returns the line of a private group, which follows the line of the group. */
function privateGroupOf(
  { gid, privateGroup }: PrivdropPolicy,
  features: readonly FeatureReport[],
): readonly FeatureReport[] {
  if (privateGroup === undefined) return [];
  const group = features.find(({ feature }) => feature === 'group');
  if (privateGroup.state === 'missing') return [line('private_group', 'unsupported', privateGroup.reason)];
  const isSet = group?.state === 'enforced' || group?.state === 'already';
  return [line('private_group', isSet ? group.state : 'unsupported', isSet ? `gid ${gid}` : group?.reason)];
}

function recordOf({ uid, gid, groups }: PrivdropPolicy, flags: number): Uint8Array {
  const payload = encodeU32([uid, gid, groups.length, ...groups]);
  return encodeRecord({ layer: 'privdrop', version: recordVersion, flags, payload });
}

function refusal({ code, what, hint }: Obstacle): Error {
  return privdropError(code, 'plan', { what, hint });
}

function planNoNewPrivs({ noNewPrivs: level }: PrivdropPolicy, support: PrivdropSupport): FeatureReport {
  if (level === 'off') return line('no_new_privs', 'off');
  const state = support.state === 'available' ? support.noNewPrivs : 'unsupported';
  if (state !== 'unsupported') return line('no_new_privs', state === 'already' ? 'already' : 'enforced');
  const what = 'this platform does not have no_new_privs: a set-user-ID program can still lead back to root';
  if (level === 'require') {
    throw refusal({ code: 'unsupported-platform', what, hint: "Set noNewPrivs to 'prefer' to continue without it." });
  }
  return line('no_new_privs', 'unsupported', what);
}

function line(feature: string, state: FeatureReport['state'], reason?: string): FeatureReport {
  return { layer: 'privdrop', feature, state, ...(reason === undefined ? {} : { reason }) };
}
