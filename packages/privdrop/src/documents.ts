/** Tables of what options, references to users and policies of this layer may contain. */
import { type RequirementLevel, requirementLevels } from '@sb/core';
import {
  boolean,
  custom,
  either,
  isText,
  lenient,
  list,
  object,
  type Reader,
  record,
  required,
  text,
  withSchema,
  word,
} from '@sb/core/document';

import { checkedId, checkName } from './ids.js';
import type { PrivdropOptions, PrivdropPolicy, UserIdentity, UserReference } from './options.js';

/** The kernel's limit on supplementary groups: NGROUPS_MAX, `getgroups(2)`. */
const maxGroups = 65_536;

const idSchema = { type: 'integer', minimum: 0, maximum: 0xffff_fffe };

/** An id, with an error that says which kind. */
const id = (kind: 'user' | 'group'): Reader<number> =>
  custom({ expected: `a ${kind} id`, schema: idSchema, is: isNumber, read: (value) => checkedId(value, kind) });

/** A name that a name service cannot mistake for something else. */
const name = (kind: 'user' | 'group'): Reader<string> =>
  custom({
    expected: `a ${kind} name`,
    schema: { type: 'string', minLength: 1 },
    is: isText,
    read: (value) => checkName(value, kind),
  });

const isNumber = (value: unknown): value is number => typeof value === 'number';

const user = either<string | number>(name('user'), id('user'));
const group = either<string | number>(name('group'), id('group'));
const ids = list(id('group'), { max: maxGroups, what: 'a list of group ids' });
const groups = list(group, { max: maxGroups, what: 'a list of groups' });
const plainText = text({ max: 131_072, pattern: /^[^\0]*$/, what: 'a text without a NUL' });
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

/** The user to look up. */
export const referenceReader = either<string | number | UserReference>(name('user'), id('user'), reference);

/** The user to switch to: one to look up, or the result of a look-up. */
const whoReader: Reader<PrivdropOptions['user']> = withSchema(
  {
    expected: referenceReader.expected,
    parts: { kind: 'forms', forms: [referenceReader, identity], formOf: whoFormOf },
    accepts: (value) => referenceReader.accepts(value),
    read: (value, place) => whoFormOf(value).read(value, place),
  },
  () => ({ anyOf: [referenceReader.schema, identity.schema] }),
);

function whoFormOf(value: unknown): Reader<PrivdropOptions['user']> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'uid') ? identity : referenceReader;
}

/** Options of `policy`. */
export const optionsReader: Reader<PrivdropOptions> = object<PrivdropOptions>({
  user: required(whoReader),
  groups: either<NonNullable<PrivdropOptions['groups']>>(groups, word(['none', 'initgroups'])),
  // If it is left out, nothing may be missing.
  level: lenient(enforced),
  noNewPrivs: lenient(word(requirementLevels)),
  privateGroup: word(requirementLevels),
  unsafeKeepGroupsWhereSetgroupsIsDenied: lenient(boolean),
  unsafeAllowCapabilities: lenient(boolean),
});

/** Levels by the names that reports have for features. */
export const levelsReader = object<{
  readonly user?: 'require' | 'prefer';
  readonly no_new_privs?: RequirementLevel;
}>({ user: enforced, no_new_privs: word(requirementLevels) });

/** Variables of an environment. A missing one would not be noticed. */
export const variablesReader = record(plainText, {
  name: /^[^=\0]+$/,
  what: 'a name that is not empty and contains neither "=" nor NUL',
  max: 65_536,
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
