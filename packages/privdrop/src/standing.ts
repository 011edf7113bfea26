import { defaultOverflowId, type IdMap, isMapped, mayBeStranger } from '@sb/core';

import type { PrivdropPolicy } from './options.js';
import type { PrivdropSupport } from './support.js';

/** Support of a platform that has users. */
export type Available = Extract<PrivdropSupport, { state: 'available' }>;

/** Where a policy's user and the present one stand to each other, as far as the ids that were read say it. */
export interface Standing {
  /** Whether all ids read as the user's. */
  readonly isUser: boolean;
  /** Whether that could be true of another user as well, one that has no number here: then only the calls tell. */
  readonly isDoubtful: boolean;
  /** Whether the supplementary groups are the user's, and surely so. */
  readonly hasGroups: boolean;
  /** Whether a supplementary group may be one that has no number here. */
  readonly hasStrangers: boolean;
}

const everything: IdMap = { ranges: [[0, 0xffff_ffff]], overflow: defaultOverflowId };

/** The map of uids; everything where there are no user namespaces. */
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

/** Whether a uid of this process is 0, or may be root's of outside, which has no number here. */
export function mayBeRoot(support: Available): boolean {
  const map = uidMapOf(support);
  return support.identity.uid.some((id) => id === 0 || mayBeStranger(id, map));
}

/** The first id of a policy that this user namespace has no number for. */
export function unmappedId(
  { uid, gid, groups }: PrivdropPolicy,
  support: Available,
): { readonly kind: 'uid' | 'gid'; readonly id: number; readonly overflow: number } | undefined {
  const [uids, gids] = [uidMapOf(support), gidMapOf(support)];
  if (!isMapped(uid, uids)) return { kind: 'uid', id: uid, overflow: uids.overflow };
  const id = [gid, ...groups].find((group) => !isMapped(group, gids));
  return id === undefined ? undefined : { kind: 'gid', id, overflow: gids.overflow };
}

/** As sets; the target's own group among the supplementary ones gives nothing that it hasn't got. */
function sameGroups(present: readonly number[], gid: number, groups: readonly number[]): boolean {
  return (
    present.every((group) => group === gid || groups.includes(group)) &&
    groups.every((group) => group === gid || present.includes(group))
  );
}
