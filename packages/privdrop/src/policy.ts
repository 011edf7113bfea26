import { type RequirementLevel, requirementLevels } from '@sb/core';

import { privdropError } from './errors.js';
import { checkedId, groupId, lookupUser, type UserIdentity, type UserReference } from './lookup.js';

/** What {@link policy} takes. */
export interface PrivdropOptions {
  /** Whom to become: login name, uid, a reference, or an identity that {@link lookupUser} or `ownerOf` gave. */
  readonly user: string | number | UserReference | UserIdentity;
  /**
   * Supplementary groups: `'none'`, `'initgroups'` (those of the user's entries), or a list of names and gids.
   * Default: `'none'`.
   */
  readonly groups?: 'none' | 'initgroups' | readonly (string | number)[];
  /** Level of the switch itself. `prefer` never leaves a process that is root as root. Default: `require`. */
  readonly level?: Exclude<RequirementLevel, 'off'>;
  /**
   * Level of no_new_privs, without which a set-user-ID program leads back to root. Linux only, and inherited by every
   * program started afterwards (sudo, ping with file capabilities). Default: `require` on Linux, `prefer` elsewhere.
   */
  readonly noNewPrivs?: RequirementLevel;
  /**
   * Keeps the present supplementary groups where the user namespace denies `setgroups(2)`, instead of refusing.
   * Whoever is in those groups keeps their files.
   */
  readonly unsafeKeepGroupsWhereSetgroupsIsDenied?: boolean;
  /**
   * Doesn't insist that no capability is left after the switch. For a composer that keeps some on purpose: what they
   * allow is not checked here.
   */
  readonly unsafeAllowCapabilities?: boolean;
}

/** A validated, frozen, JSON-serialisable decision about whom to become. */
export interface PrivdropPolicy {
  readonly layer: 'privdrop';
  readonly uid: number;
  readonly gid: number;
  /** Supplementary gids, sorted, each once. */
  readonly groups: readonly number[];
  readonly name?: string;
  readonly home: string;
  readonly shell: string;
  readonly level: Exclude<RequirementLevel, 'off'>;
  readonly noNewPrivs: RequirementLevel;
  readonly keepGroupsWhereDenied: boolean;
  readonly allowCapabilities: boolean;
}

/** The kernel's limit on supplementary groups: NGROUPS_MAX, `getgroups(2)`. */
const maxGroups = 65_536;

/**
 * Validates options into a policy. Pure for a {@link UserIdentity}; a name or uid is looked up once, here.
 *
 * @throws PrivdropError `root-target`, `invalid-policy`, and whatever `lookupUser` throws
 */
export function policy(options: PrivdropOptions): PrivdropPolicy {
  requireKnown(options);
  const user = isIdentity(options.user) ? options.user : lookupUser(options.user);
  const groups = supplementary(options.groups ?? 'none', user);
  return requirePolicy({
    layer: 'privdrop',
    uid: user.uid,
    gid: user.gid,
    groups: [...new Set(groups)].sort((a, b) => a - b),
    ...(user.name === undefined ? {} : { name: user.name }),
    home: user.home,
    shell: user.shell,
    level: options.level ?? 'require',
    noNewPrivs: options.noNewPrivs ?? (process.platform === 'linux' ? 'require' : 'prefer'),
    keepGroupsWhereDenied: options.unsafeKeepGroupsWhereSetgroupsIsDenied ?? false,
    allowCapabilities: options.unsafeAllowCapabilities ?? false,
  });
}

/**
 * Checks a policy as a whole, wherever it comes from: it may have travelled as JSON. Every verb that takes a policy
 * calls this before anything else.
 *
 * @returns the same policy, frozen
 * @throws PrivdropError `root-target`, `invalid-name`, `invalid-policy`
 */
export function requirePolicy(candidate: PrivdropPolicy): PrivdropPolicy {
  if (
    typeof candidate !== 'object' ||
    candidate === null ||
    candidate.layer !== 'privdrop' ||
    !Array.isArray(candidate.groups)
  ) {
    return refuse('this is no privdrop policy', 'Make it with policy().');
  }
  const { uid, gid, groups } = candidate;
  checkedId(uid, 'user');
  for (const id of [gid, ...groups]) checkedId(id, 'group');
  if (uid === 0) refuseRoot('uid 0');
  if (gid === 0) refuseRoot('gid 0');
  if (groups.includes(0)) refuseRoot('gid 0 among its supplementary groups');
  if (groups.length > maxGroups) refuse(`${groups.length} supplementary groups are over ${maxGroups}`, 'Give fewer.');
  for (const text of [candidate.home, candidate.shell, candidate.name ?? '']) requireText(text);
  for (const flag of [candidate.keepGroupsWhereDenied, candidate.allowCapabilities]) requireBoolean(flag);
  level(candidate.level, ['require', 'prefer']);
  level(candidate.noNewPrivs, requirementLevels);
  return Object.freeze({ ...candidate, groups: Object.freeze([...groups]) });
}

const optionNames = [
  'user',
  'groups',
  'level',
  'noNewPrivs',
  'unsafeKeepGroupsWhereSetgroupsIsDenied',
  'unsafeAllowCapabilities',
] as const satisfies readonly (keyof PrivdropOptions)[];

/** A misspelt option would be none, and whoever gave it would believe in it. */
function requireKnown(options: PrivdropOptions): void {
  if (typeof options !== 'object' || options === null) refuse('there are no options', 'Give an object with a user.');
  const unknown = Object.keys(options).find((key) => !optionNames.some((name) => name === key));
  if (unknown !== undefined) refuse(`${unknown} is no option`, `Use: ${optionNames.join(', ')}.`);
}

function isIdentity(user: PrivdropOptions['user']): user is UserIdentity {
  return typeof user === 'object' && user !== null && 'uid' in user;
}

function supplementary(groups: NonNullable<PrivdropOptions['groups']>, user: UserIdentity): readonly number[] {
  if (groups === 'none') return [];
  if (groups === 'initgroups') return user.groups;
  if (!Array.isArray(groups))
    return refuse(`groups ${JSON.stringify(groups)} is no list`, "Give 'none', 'initgroups' or a list.");
  return groups.map(groupId);
}

function level(value: unknown, allowed: readonly RequirementLevel[]): void {
  if (allowed.some((one) => one === value)) return;
  refuse(`level ${JSON.stringify(value)} is unknown`, `Use one of: ${allowed.join(', ')}.`);
}

function requireBoolean(value: unknown): void {
  if (typeof value !== 'boolean') refuse(`${JSON.stringify(value)} is neither true nor false`, 'Use policy().');
}

function requireText(value: unknown): void {
  if (typeof value === 'string' && !value.includes('\0')) return;
  refuse('name, home and shell have to be texts', 'Use lookupUser.');
}

function refuseRoot(what: string): never {
  throw privdropError('root-target', 'policy', {
    what: `the target has ${what}, which is no drop of privileges`,
    hint: 'Name an unprivileged user with a group of its own.',
  });
}

function refuse(what: string, hint: string): never {
  throw privdropError('invalid-policy', 'policy', { what, hint });
}
