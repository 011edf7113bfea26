import type { LayerLevels, RequirementLevel } from '@sb/core';

import { levelsReader, optionsReader, policyReader } from './documents.js';
import { documentPlace, privdropError } from './errors.js';
import { groupId, lookupUser } from './lookup.js';
import type { PrivdropOptions, PrivdropPolicy, UserIdentity } from './options.js';
import { drawPrivateGroup } from './private-group.js';
import { support } from './support.js';

/**
 * Validates options into a policy. Pure for a {@link UserIdentity} without a private group; a name or uid is looked up
 * once, here. A private group is drawn here.
 *
 * @throws PrivdropError `root-target`, `invalid-policy`, and the errors of `lookupUser`; for a required private group
 *   `unsupported-platform`, `setgroups-denied`, `not-permitted`, `not-mapped`
 */
export function policy(given: PrivdropOptions): PrivdropPolicy {
  const options = optionsReader.read(given, documentPlace('options'));
  const user = isIdentity(options.user) ? options.user : lookupUser(options.user);
  const { gid, more, privateGroup } = groupOf(user, options.privateGroup ?? 'off');
  const groups = [...supplementary(options.groups ?? 'none', user), ...more];
  return requirePolicy({
    layer: 'privdrop',
    uid: user.uid,
    gid,
    groups: [...new Set(groups)].sort((a, b) => a - b),
    ...(user.name === undefined ? {} : { name: user.name }),
    home: user.home,
    shell: user.shell,
    level: options.level ?? 'require',
    noNewPrivs: options.noNewPrivs ?? (process.platform === 'linux' ? 'require' : 'prefer'),
    ...(privateGroup === undefined ? {} : { privateGroup }),
    keepGroupsWhereDenied: options.unsafeKeepGroupsWhereSetgroupsIsDenied ?? false,
    allowCapabilities: options.unsafeAllowCapabilities ?? false,
  });
}

/**
 * Checks a whole policy, which may have travelled as JSON. Every function that takes a policy calls this first.
 *
 * @returns the same policy, frozen
 * @throws PrivdropError `root-target`, `invalid-name`, `invalid-policy`
 */
export function requirePolicy(candidate: PrivdropPolicy): PrivdropPolicy {
  if (made.has(candidate)) return candidate;
  const { uid, gid, groups, ...rest } = policyReader.read(candidate, documentPlace('policy'));
  if (uid === 0) refuseRoot('uid 0');
  if (gid === 0) refuseRoot('gid 0');
  if (groups.includes(0)) refuseRoot('gid 0 among its supplementary groups');
  const whole = Object.freeze({ uid, gid, groups, ...rest });
  made.add(whole);
  return whole;
}

/** Policies that were made here and are frozen. They need not be checked again. */
const made = new WeakSet<PrivdropPolicy>();

/**
 * Returns the same policy with other levels.
 *
 * @param given - from {@link policy}
 * @param levels - of `user`, which is the whole switch, and of `no_new_privs`; a feature that is not named keeps its level
 * @throws PrivdropError `invalid-policy` for a feature that has no level here
 */
export function withLevels(given: PrivdropPolicy, levels: LayerLevels): PrivdropPolicy {
  const from = requirePolicy(given);
  const { user = from.level, no_new_privs: noNewPrivs = from.noNewPrivs } = levelsReader.read(
    levels,
    documentPlace('levels'),
  );
  return requirePolicy({ ...from, level: user, noNewPrivs });
}

function isIdentity(user: PrivdropOptions['user']): user is UserIdentity {
  return typeof user === 'object' && user !== null && 'uid' in user;
}

/** Returns the group of the process, and the group of the user that it keeps as a supplementary one. */
function groupOf(
  { uid, gid }: UserIdentity,
  level: RequirementLevel,
): Pick<PrivdropPolicy, 'gid' | 'privateGroup'> & { readonly more: readonly number[] } {
  // If the user does not change, other processes of the user could inspect this one before the switch.
  const isWorthIt = level === 'require' || process.geteuid?.() !== uid;
  if (level === 'off' || !isWorthIt) return { gid, more: [] };
  const drawn = drawPrivateGroup(support());
  if ('gid' in drawn) return { gid: drawn.gid, more: [gid], privateGroup: { state: 'chosen' } };
  const { code, what, hint } = drawn.obstacle;
  if (level === 'require') throw privdropError(code, 'private-group', { what, hint });
  return { gid, more: [], privateGroup: { state: 'missing', reason: what } };
}

function supplementary(groups: NonNullable<PrivdropOptions['groups']>, user: UserIdentity): readonly number[] {
  if (groups === 'none') return [];
  if (groups === 'initgroups') return user.groups;
  return groups.map(groupId);
}

function refuseRoot(what: string): never {
  throw privdropError('root-target', 'policy', {
    what: `the target has ${what}, which does not drop privileges`,
    hint: 'Name an unprivileged user whose group is not root.',
  });
}
