import { SandboxError } from '@sb/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { PrivdropOptions, PrivdropPolicy, UserIdentity } from './options.js';
import { spawnOptions } from './environment.js';
import { plan } from './plan.js';
import { policy } from './policy.js';
import { support } from './support.js';

const alpm: UserIdentity = { uid: 954, gid: 955, name: 'alpm', home: '/', shell: '/bin/sh', groups: [36, 27, 36] };

describe('policy', () => {
  it('is frozen plain data that survives JSON', () => {
    const made = policy({ user: alpm, groups: 'initgroups' });
    expect(made).toMatchObject({ layer: 'privdrop', uid: 954, gid: 955, groups: [27, 36], level: 'require' });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(Object.isFrozen(made) && Object.isFrozen(made.groups)).toBe(true);
  });

  it('asks for no supplementary group and for no_new_privs unless told otherwise', () => {
    expect(policy({ user: alpm })).toMatchObject({
      groups: [],
      noNewPrivs: process.platform === 'linux' ? 'require' : 'prefer',
      keepGroupsWhereDenied: false,
    });
  });

  it.each([
    ['uid 0', { user: { ...alpm, uid: 0 } }],
    ['gid 0', { user: { ...alpm, gid: 0 } }],
    ['group 0', { user: alpm, groups: [27, 0] }],
    ['group 0 by initgroups', { user: { ...alpm, groups: [0] }, groups: 'initgroups' as const }],
    ['root by name', { user: 'root' }],
    ['root by number', { user: 0 }],
  ])('refuses %s as a target', (_name, options) => {
    expect(() => policy(options)).toThrow(expect.objectContaining({ code: 'root-target' }));
  });

  it.each([
    ['an unknown level', { user: alpm, level: 'maybe' }],
    ['level off', { user: alpm, level: 'off' }],
    ['an unknown no_new_privs level', { user: alpm, noNewPrivs: 'yes' }],
    ['groups that are a word', { user: alpm, groups: 'all' }],
    [
      'more groups than the kernel takes',
      { user: alpm, groups: Array.from({ length: 65_537 }, (_, index) => index + 1) },
    ],
  ])('refuses %s', (_name, options) => {
    expect(() => policy(options as Parameters<typeof policy>[0])).toThrow(
      expect.objectContaining({ code: 'invalid-policy' }),
    );
  });

  it.each([
    ['uid undefined', { uid: undefined }],
    ['uid null', { uid: null }],
    ['uid as text', { uid: '954' }],
    ['uid -1', { uid: -1 }],
    ['uid 1.5', { uid: 1.5 }],
    ['gid null', { gid: null }],
    ['gid undefined', { gid: undefined }],
    ['gid 2³²−1', { gid: 0xffff_ffff }],
    ['a group as text', { groups: ['27'] }],
    ['home that is no text', { home: 5 }],
    ['a name with a NUL', { name: 'a\0b' }],
  ])('refuses an identity with %s, however it came', (_name, wrong) => {
    const identity = { ...alpm, groups: [], ...wrong } as UserIdentity;
    expect(() => policy({ user: identity, groups: 'initgroups' })).toThrow(SandboxError);
    const tampered = { ...policy({ user: alpm }), ...wrong } as PrivdropPolicy;
    expect(() => spawnOptions(tampered)).toThrow(SandboxError);
    expect(() => plan(tampered, support())).toThrow(SandboxError);
  });

  it.each([null, 'nobody', { user: 'nobody', group: 5 }, { user: 'nobody', noNewPriv: 'off' }])(
    'refuses %j as options',
    (options) => {
      expect(() => policy(options as PrivdropOptions)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
    },
  );

  it.each([{}, null, 'alpm', { layer: 'caps' }])('refuses %j as a policy', (value) => {
    expect(() => spawnOptions(value as PrivdropPolicy)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
    expect(() => plan(value as PrivdropPolicy, support())).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
  });

  it('sorts groups and keeps each once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70 })), (groups) => {
        const made = policy({ user: alpm, groups }).groups;
        expect(made).toEqual([...new Set(groups)].toSorted((a, b) => a - b));
      }),
    );
  });
});
