import { mayBeStranger } from '@sb/core';

import type { PrivdropErrorCode } from './errors.js';
import type { PrivdropPolicy } from './options.js';
import { type Available, gidMapOf, standingOf, unmappedId } from './standing.js';
import type { PrivdropSupport } from './support.js';

/** A reason why the switch is impossible: an error under `require`, a reason in the report under `prefer`. */
export interface Obstacle {
  readonly code: PrivdropErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** The obstacle of a platform without users. */
export const unsupportedPlatform: Obstacle = {
  code: 'unsupported-platform',
  what: 'this platform has no POSIX users',
  hint: 'Run on Linux, macOS or a BSD.',
};

/** Returns the first obstacle to the switch, the most specific first. */
export function obstacleTo(policy: PrivdropPolicy, support: PrivdropSupport): Obstacle | undefined {
  if (support.state !== 'available') return unsupportedPlatform;
  // Before the ids are compared: all ids that do not exist here read alike.
  const unmapped = unmappedId(policy, support);
  if (unmapped !== undefined) return notMapped(unmapped);
  const { isUser, hasGroups } = standingOf(policy, support);
  const groupsStay = hasGroups || mayKeepGroups(policy, support);
  if (isUser && groupsStay) return undefined;
  if (support.setgroups === 'denied' && !groupsStay) return setgroupsDenied;
  if (isUser) return support.setgid ? undefined : groupsHeld(support);
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

function groupsHeld(support: Available): Obstacle {
  const { groups } = support.identity;
  const stranger = groups.find((group) => mayBeStranger(group, gidMapOf(support)));
  const which = groups.join(', ') || 'none';
  const why =
    stranger === undefined ? '' : `; ${stranger} may stand for groups that do not exist in this user namespace`;
  return {
    code: 'not-permitted',
    what: `this process lacks CAP_SETGID, so it cannot change its supplementary groups (${which}${why})`,
    hint: 'Start it without them, or as root.',
  };
}

function notPermitted(policy: PrivdropPolicy, support: Available, missing: readonly string[]): Obstacle {
  const effective = support.identity.uid[1];
  const who = effective === 0 ? 'this process is uid 0 but' : `this process (uid ${effective}) is not root and`;
  return {
    code: 'not-permitted',
    what: `${who} lacks ${missing.join(' and ')}, so it cannot switch to ${policy.name ?? `uid ${policy.uid}`}`,
    hint: effective === 0 ? `Start the container with ${missing.join(' and ')}.` : 'Start it as root, or as that user.',
  };
}

function notMapped({ kind, id, overflow }: NonNullable<ReturnType<typeof unmappedId>>): Obstacle {
  const shown = id === overflow ? '; the kernel shows that number for every id without a mapping' : '';
  return {
    code: 'not-mapped',
    what: `${kind} ${id} does not exist in this user namespace${shown}`,
    hint: `Map it (/proc/self/${kind}_map; "unshare --map-auto"), or choose a mapped user.`,
  };
}

/** A process whose uid does not exist here. It may be root, and does not continue as root at any level. */
export function mayBeAnyone({ identity }: Available): Obstacle {
  return {
    code: 'not-mapped',
    what: `this process has a uid that does not exist in this user namespace and reads as ${identity.uid[1]}; it may be that of root`,
    hint: 'Map it (/proc/self/uid_map; "unshare --map-auto"), or start the process as a user that is mapped.',
  };
}
