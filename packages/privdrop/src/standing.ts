import { defaultOverflowId, type IdMap, isMapped, mayBeStranger } from '@sb/core';

import type { PrivdropPolicy } from './options.js';
import type { PrivdropSupport } from './support.js';

/** Support of a platform that has users. */
export type Available = Extract<PrivdropSupport, { state: 'available' }>;

/** How the user of a policy and the present user relate, as far as the ids that were read show it. */
export interface Standing {
  /** Whether all ids read as those of the user. */
  readonly isUser: boolean;
  /** Whether that may also be true of a user without a mapping here: then only the calls show it. */
  readonly isDoubtful: boolean;
  /** Whether the supplementary groups are certainly those of the user. */
  readonly hasGroups: boolean;
  /** Whether a supplementary group may be one without a mapping here. */
  readonly hasStrangers: boolean;
}

const everything: IdMap = { ranges: [[0, 0xffff_ffff]], overflow: defaultOverflowId };

/** The map of uids; it maps everything if the kernel has no user namespaces. */
const uidMapOf = ({ uidMap }: Available): IdMap => uidMap ?? everything;

/** The map of gids. */
export const gidMapOf = ({ gidMap }: Available): IdMap => gidMap ?? everything;

/** Compares. Pure. */
export function standingOf({ uid, gid, groups }: PrivdropPolicy, support: Available): Standing {
  const { identity } = support;
  const isStranger = (group: number) => mayBeStranger(group, gidMapOf(support));
  const hasStrangers = identity.groups.some(isStranger);
  return {
    isUser: identity.uid.every((id) => id === uid) && identity.gid.every((id) => id === gid),
    isDoubtful: mayBeStranger(uid, uidMapOf(support)) || isStranger(gid),
    hasGroups: !hasStrangers && sameGroups(identity.groups, gid, groups),
    hasStrangers,
  };
}

/** Whether a uid of this process is 0, or may be that of root outside, which has no mapping here. */
export function mayBeRoot(support: Available): boolean {
  const map = uidMapOf(support);
  return support.identity.uid.some((id) => id === 0 || mayBeStranger(id, map));
}

/** Returns the first id of a policy that this user namespace does not map. */
export function unmappedId(
  { uid, gid, groups }: PrivdropPolicy,
  support: Available,
): { readonly kind: 'uid' | 'gid'; readonly id: number; readonly overflow: number } | undefined {
  const [uids, gids] = [uidMapOf(support), gidMapOf(support)];
  if (!isMapped(uid, uids)) return { kind: 'uid', id: uid, overflow: uids.overflow };
  const id = [gid, ...groups].find((group) => !isMapped(group, gids));
  return id === undefined ? undefined : { kind: 'gid', id, overflow: gids.overflow };
}

/** Compares as sets. The target's own group among the supplementary ones gives nothing new. */
function sameGroups(present: readonly number[], gid: number, groups: readonly number[]): boolean {
  return (
    present.every((group) => group === gid || groups.includes(group)) &&
    groups.every((group) => group === gid || present.includes(group))
  );
}
