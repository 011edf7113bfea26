import { encodeRecord, encodeU32, type FeatureReport, type LayerPlan, type PlanNeed } from '@sb/core';

import { type PrivdropErrorCode, privdropError } from './errors.js';
import { type PrivdropPolicy, requirePolicy } from './policy.js';
import type { IdRange, PrivdropSupport } from './support.js';

/** What will be done to become the user, and what can't be. */
export interface PrivdropPlan extends LayerPlan {
  readonly layer: 'privdrop';
}

type Available = Extract<PrivdropSupport, { state: 'available' }>;

/** Something that stands in the way: the error it becomes under `require`, the reason it becomes under `prefer`. */
interface Obstacle {
  readonly code: PrivdropErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** Flags of the record; `privdrop.h` has the same numbers. */
const VERIFY_ONLY = 1;
const KEEP_GROUPS = 2;
const recordVersion = 1;

/**
 * Decides what will be enforced. Pure.
 *
 * @param given - from {@link policy}, also after a journey as JSON
 * @param support - from {@link support}, or made up for a test
 * @throws PrivdropError if the policy requires what is missing, and whenever a process with uid 0 would stay root
 */
export function plan(given: PrivdropPolicy, support: PrivdropSupport): PrivdropPlan {
  const policy = requirePolicy(given);
  const noNewPrivs = planNoNewPrivs(policy, support);
  const obstacle = obstacleTo(policy, support);
  const planned =
    obstacle === undefined && support.state === 'available'
      ? planSwitch(policy, support)
      : planNothing(policy, support, obstacle ?? unsupportedPlatform);
  return {
    layer: 'privdrop',
    record: planned.record,
    features: [...planned.features, noNewPrivs],
    needs: noNewPrivs.state === 'enforced' ? (['no_new_privs'] satisfies PlanNeed[]) : [],
  };
}

type Part = Pick<PrivdropPlan, 'record' | 'features'>;

function planSwitch(policy: PrivdropPolicy, support: Available): Part {
  const keepGroups = support.setgroups === 'denied' && !sameGroups(support.identity.groups, policy);
  const already = hasIds(policy, support) && (keepGroups || sameGroups(support.identity.groups, policy));
  const state = already ? 'already' : 'enforced';
  const groups = keepGroups
    ? line('groups', 'unsupported', 'setgroups is denied in this user namespace; inherited groups were kept on request')
    : line('groups', state);
  const record = recordOf(policy, (already ? VERIFY_ONLY : 0) | (keepGroups ? KEEP_GROUPS : 0));
  return { record, features: [line('user', state), line('group', state), groups] };
}

/** What `prefer` may do without: an ordinary user stays what it is. A process that is root never goes on as root. */
function planNothing(policy: PrivdropPolicy, support: PrivdropSupport, obstacle: Obstacle): Part {
  const isRoot = support.state === 'available' && support.identity.uid.includes(0);
  if (policy.level === 'require' || isRoot) throw refusal(obstacle);
  const missing = (feature: string): FeatureReport => line(feature, 'unsupported', obstacle.what);
  if (support.state === 'available' && hasIds(policy, support)) {
    const features = [line('user', 'already'), line('group', 'already'), missing('groups')];
    return { record: recordOf(policy, VERIFY_ONLY | KEEP_GROUPS), features };
  }
  return { record: new Uint8Array(), features: ['user', 'group', 'groups'].map(missing) };
}

function recordOf({ uid, gid, groups }: PrivdropPolicy, flags: number): Uint8Array {
  const payload = encodeU32([uid, gid, groups.length, ...groups]);
  return encodeRecord({ layer: 'privdrop', version: recordVersion, flags, payload });
}

const unsupportedPlatform: Obstacle = {
  code: 'unsupported-platform',
  what: 'this platform has no POSIX users',
  hint: 'Run on Linux, macOS or a BSD.',
};

/** The first thing that stands in the way of becoming the user, most specific first. */
function obstacleTo(policy: PrivdropPolicy, support: PrivdropSupport): Obstacle | undefined {
  if (support.state !== 'available') return unsupportedPlatform;
  const isUser = hasIds(policy, support);
  const groupsStay = sameGroups(support.identity.groups, policy) || mayKeepGroups(policy, support);
  if (isUser && groupsStay) return undefined;
  const unmapped = unmappedId(policy, support);
  if (unmapped !== undefined) return unmapped;
  if (support.setgroups === 'denied' && !groupsStay) return setgroupsDenied;
  if (isUser) return support.setgid ? undefined : groupsHeld(support.identity.groups);
  const missing = [...(support.setuid ? [] : ['CAP_SETUID']), ...(support.setgid ? [] : ['CAP_SETGID'])];
  return missing.length === 0 ? undefined : notPermitted(policy, support, missing);
}

function mayKeepGroups({ keepGroupsWhereDenied }: PrivdropPolicy, { setgroups }: Available): boolean {
  return setgroups === 'denied' && keepGroupsWhereDenied;
}

const setgroupsDenied: Obstacle = {
  code: 'setgroups-denied',
  what: 'setgroups is denied in this user namespace, so inherited groups would be kept',
  hint: 'Create the namespace with a group map ("unshare --map-auto"), or ask for unsafeKeepGroupsWhereSetgroupsIsDenied.',
};

function unmappedId({ uid, gid, groups }: PrivdropPolicy, { uidMap, gidMap }: Available): Obstacle | undefined {
  if (!isMapped(uid, uidMap)) return notMapped('uid', uid);
  const group = [gid, ...groups].find((id) => !isMapped(id, gidMap));
  return group === undefined ? undefined : notMapped('gid', group);
}

function groupsHeld(groups: readonly number[]): Obstacle {
  return {
    code: 'not-permitted',
    what: `this process lacks CAP_SETGID, so it can't change its supplementary groups (${groups.join(', ') || 'none'})`,
    hint: 'Start it without them, or as root.',
  };
}

function notPermitted(policy: PrivdropPolicy, support: Available, missing: readonly string[]): Obstacle {
  const effective = support.identity.uid[1];
  const who = effective === 0 ? 'this process is uid 0 but' : `this process (uid ${effective}) is not root and`;
  return {
    code: 'not-permitted',
    what: `${who} lacks ${missing.join(' and ')}, so it can't become ${policy.name ?? `uid ${policy.uid}`}`,
    hint: effective === 0 ? `Start the container with ${missing.join(' and ')}.` : 'Start it as root, or as that user.',
  };
}

function notMapped(kind: 'uid' | 'gid', id: number): Obstacle {
  return {
    code: 'not-mapped',
    what: `${kind} ${id} does not exist in this user namespace`,
    hint: `Map it (/proc/self/${kind}_map; "unshare --map-auto"), or choose a mapped user.`,
  };
}

function refusal({ code, what, hint }: Obstacle): Error {
  return privdropError(code, 'plan', { what, hint });
}

function planNoNewPrivs({ noNewPrivs: level }: PrivdropPolicy, support: PrivdropSupport): FeatureReport {
  if (level === 'off') return line('no_new_privs', 'off');
  const state = support.state === 'available' ? support.noNewPrivs : 'unsupported';
  if (state !== 'unsupported') return line('no_new_privs', state === 'already' ? 'already' : 'enforced');
  const what = 'this platform has no no_new_privs: a set-user-ID program can still lead back to root';
  if (level === 'require') {
    throw refusal({ code: 'unsupported-platform', what, hint: "Set noNewPrivs to 'prefer' to go on without it." });
  }
  return line('no_new_privs', 'unsupported', what);
}

function line(feature: string, state: FeatureReport['state'], reason?: string): FeatureReport {
  return { layer: 'privdrop', feature, state, ...(reason === undefined ? {} : { reason }) };
}

function hasIds(policy: PrivdropPolicy, { identity }: Available): boolean {
  return identity.uid.every((id) => id === policy.uid) && identity.gid.every((id) => id === policy.gid);
}

/** As sets; the target's own group among the supplementary ones gives nothing that it hasn't got. */
function sameGroups(present: readonly number[], { gid, groups }: PrivdropPolicy): boolean {
  return (
    present.every((group) => group === gid || groups.includes(group)) &&
    groups.every((group) => group === gid || present.includes(group))
  );
}

function isMapped(id: number, map: readonly IdRange[] | undefined): boolean {
  return map === undefined || map.some(([first, count]) => id >= first && id < first + count);
}
