/** What options, references to users and policies of this layer may hold, as tables. */
import { requirementLevels } from '@sb/core';
import { boolean, custom, either, list, object, type Reader, required, text, word } from '@sb/core/document';

import { checkedId, checkName } from './ids.js';
import type { UserIdentity, UserReference } from './lookup.js';
import type { PrivdropOptions, PrivdropPolicy } from './policy.js';

/** The kernel's limit on supplementary groups: NGROUPS_MAX, `getgroups(2)`. */
const maxGroups = 65_536;

const idSchema = { type: 'integer', minimum: 0, maximum: 0xffff_fffe };

/** An id, with an error that says which kind. */
const id = (kind: 'user' | 'group'): Reader<number> => ({
  ...custom(`a ${kind} id`, idSchema, (value) => checkedId(value, kind)),
  accepts: (value) => typeof value === 'number',
});

/** A name that a name service can't take for something else. */
const name = (kind: 'user' | 'group'): Reader<string> => ({
  ...custom(`a ${kind} name`, { type: 'string', minLength: 1 }, (value) => checkName(value, kind)),
  accepts: (value) => typeof value === 'string',
});

const user = either<string | number>(name('user'), id('user'));
const group = either<string | number>(name('group'), id('group'));
const ids = list(id('group'), { max: maxGroups, what: 'a list of group ids' });
const groups = list(group, { max: maxGroups, what: 'a list of groups' });
const plainText = text({ pattern: /^[^\0]*$/, what: 'a text without a NUL' });
const enforced = word(['require', 'prefer']);

const reference: Reader<UserReference> = object<UserReference>({ user: required(user), group, groups });

const identity: Reader<UserIdentity> = object<UserIdentity>({
  uid: required(id('user')),
  gid: required(id('group')),
  name: plainText,
  home: required(plainText),
  shell: required(plainText),
  groups: required(ids),
});

/** Who is to be looked up. */
export const referenceReader = either<string | number | UserReference>(name('user'), id('user'), reference);

/** Whom to become: who is to be looked up, or what a look-up gave. */
const whoReader: Reader<PrivdropOptions['user']> = {
  ...(referenceReader as Reader<PrivdropOptions['user']>),
  read: (value, place) => {
    const isFound = typeof value === 'object' && value !== null && Object.hasOwn(value, 'uid');
    return (isFound ? identity : referenceReader).read(value, place);
  },
};

/** Options of `policy`. */
export const optionsReader: Reader<PrivdropOptions> = object<PrivdropOptions>({
  user: required(whoReader),
  groups: either<NonNullable<PrivdropOptions['groups']>>(groups, word(['none', 'initgroups'])),
  level: enforced,
  noNewPrivs: word(requirementLevels),
  privateGroup: word(requirementLevels),
  unsafeKeepGroupsWhereSetgroupsIsDenied: boolean,
  unsafeAllowCapabilities: boolean,
});

/** A policy, which may have travelled as JSON. */
export const policyReader: Reader<PrivdropPolicy> = object<PrivdropPolicy>({
  layer: required(word(['privdrop'])),
  uid: required(id('user')),
  gid: required(id('group')),
  groups: required(ids),
  name: plainText,
  home: required(plainText),
  shell: required(plainText),
  level: required(enforced),
  noNewPrivs: required(word(requirementLevels)),
  privateGroup: object<NonNullable<PrivdropPolicy['privateGroup']>>({
    state: required(word(['chosen', 'missing'])),
    reason: plainText,
  }),
  keepGroupsWhereDenied: required(boolean),
  allowCapabilities: required(boolean),
});
