import { walkOptions } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { levelsReader, optionsReader, policyReader, referenceReader, variablesReader } from './documents.js';
import { environmentOf } from './environment.js';
import { lookupUser } from './lookup.js';
import type { PrivdropOptions, PrivdropPolicy, UserReference } from './options.js';
import { policy, requirePolicy, withLevels } from './policy.js';

const reference = { user: 4242, group: 4242, groups: [4243] };
const identity = { uid: 4242, gid: 4242, name: 'somebody', home: '/', shell: '/bin/sh', groups: [4243] };
const others = {
  level: 'require',
  noNewPrivs: 'prefer',
  privateGroup: 'prefer',
  unsafeKeepGroupsWhereSetgroupsIsDenied: true,
  unsafeAllowCapabilities: true,
} as const;
const everything = { ...others, user: identity, groups: [4243] };

it('every option is read: no typo, undefined, null, inherited key, other kind or endless value passes', () => {
  const take = (value: unknown): unknown => policy(value as PrivdropOptions);
  const samples = [everything, { ...others, user: reference, groups: 'initgroups' }];
  const walk = walkOptions({ reader: optionsReader, samples, take, root: 'options' });
  expect(walk.faults).toEqual([]);
  expect(walk.tried).toBeGreaterThan(100);
});

it('every part of a reference to a user is read', () => {
  const take = (value: unknown): unknown => lookupUser(value as UserReference);
  const walk = walkOptions({ reader: referenceReader, samples: [reference], take, root: 'user' });
  expect(walk.faults).toEqual([]);
});

it('every part of a policy that travelled is read', () => {
  const take = (value: unknown): unknown => requirePolicy(value as PrivdropPolicy);
  const sample = { ...policy(everything), privateGroup: { state: 'missing', reason: 'no group is left' } };
  const walk = walkOptions({ reader: policyReader, samples: [sample], take, root: 'policy' });
  expect(walk.faults).toEqual([]);
});

it('every level, and every variable that an environment is given, is read', () => {
  const made = policy(everything);
  const levels = (value: unknown): unknown => withLevels(made, value as Parameters<typeof withLevels>[1]);
  const sample = { user: 'prefer', no_new_privs: 'off' };
  expect(walkOptions({ reader: levelsReader, samples: [sample], take: levels, root: 'levels' }).faults).toEqual([]);
  const variables = (value: unknown): unknown => environmentOf(made, value as Record<string, string>);
  expect(
    walkOptions({ reader: variablesReader, samples: [{ A: 'b' }], take: variables, root: 'extra' }).faults,
  ).toEqual([]);
});
