import type { IdMap, IdRange } from '@sb/core';
import { describe, expect, it } from 'vitest';

import type { PrivdropErrorCode } from './errors.js';
import { plan } from './plan.js';
import type { PrivdropPolicy } from './options.js';
import type { PrivdropSupport } from './support.js';

const policy: PrivdropPolicy = {
  layer: 'privdrop',
  uid: 954,
  gid: 955,
  groups: [],
  name: 'alpm',
  home: '/',
  shell: '/bin/sh',
  level: 'require',
  noNewPrivs: 'require',
  keepGroupsWhereDenied: false,
  allowCapabilities: false,
};

const mapOf = (...ranges: readonly IdRange[]): IdMap => ({ ranges, overflow: 65_534 });

type Available = Extract<PrivdropSupport, { state: 'available' }>;

const root: Available = {
  state: 'available',
  identity: { uid: [0, 0, 0, 0], gid: [0, 0, 0, 0], groups: [0, 27] },
  setuid: true,
  setgid: true,
  setgroups: 'allowed',
  uidMap: mapOf([0, 0xffff_ffff]),
  gidMap: mapOf([0, 0xffff_ffff]),
  noNewPrivs: 'available',
};
const user: Available = {
  ...root,
  identity: { uid: [1000, 1000, 1000, 1000], gid: [1000, 1000, 1000, 1000], groups: [27] },
  setuid: false,
  setgid: false,
};
const alpm: Available = { ...user, identity: { uid: [954, 954, 954, 954], gid: [955, 955, 955, 955], groups: [] } };
const onlyRootMapped: Available = { ...root, setgroups: 'denied', uidMap: mapOf([0, 1]), gidMap: mapOf([0, 1]) };
const setgroupsDenied: Available = { ...root, setgroups: 'denied' };

const states = (support: PrivdropSupport, changes: Partial<PrivdropPolicy> = {}) =>
  Object.fromEntries(plan({ ...policy, ...changes }, support).features.map(({ feature, state }) => [feature, state]));

const all = (state: string, noNewPrivs = 'enforced') => ({
  user: state,
  group: state,
  groups: state,
  no_new_privs: noNewPrivs,
});

describe('the line of a private group', () => {
  const lineOf = (changes: Partial<PrivdropPolicy>, support: PrivdropSupport = root) =>
    plan({ ...policy, ...changes }, support).features.find(({ feature }) => feature === 'private_group');

  it('is not there where none was asked for', () => {
    expect(lineOf({})).toBeUndefined();
  });

  it('has its number, or gives the reason why it is missing', () => {
    expect(lineOf({ privateGroup: { state: 'chosen' } })).toMatchObject({ state: 'enforced', reason: 'gid 955' });
    const reason = 'nothing is free';
    expect(lineOf({ privateGroup: { state: 'missing', reason } })).toMatchObject({ state: 'unsupported', reason });
  });

  it('promises none that the plan can’t set', () => {
    expect(lineOf({ level: 'prefer', privateGroup: { state: 'chosen' } }, user)).toMatchObject({
      state: 'unsupported',
      reason: expect.stringContaining('is not root') as string,
    });
  });
});

describe('plan', () => {
  it.each<[string, Available, object]>([
    ['root', root, all('enforced')],
    ['the user already', alpm, all('already')],
    [
      'the user already, with its own group listed',
      { ...alpm, identity: { ...alpm.identity, groups: [955] } },
      all('already'),
    ],
    ['a process with no_new_privs', { ...root, noNewPrivs: 'already' }, all('enforced', 'already')],
    ['the user already, where setgroups is denied', { ...alpm, setgroups: 'denied' }, all('already')],
  ])('lets %s through', (_name, support, expected) => {
    expect(states(support)).toEqual(expected);
  });

  it.each<[string, PrivdropSupport, PrivdropErrorCode, string]>([
    ['an ordinary user', user, 'not-permitted', 'CAP_SETUID and CAP_SETGID'],
    [
      'root without CAP_SETUID',
      { ...root, setuid: false },
      'not-permitted',
      'this process is uid 0 but lacks CAP_SETUID,',
    ],
    ['root without CAP_SETGID', { ...root, setgid: false }, 'not-permitted', 'lacks CAP_SETGID,'],
    ['a namespace with only root', onlyRootMapped, 'not-mapped', 'uid 954 does not exist'],
    ['a namespace without the group', { ...root, gidMap: mapOf([0, 955]) }, 'not-mapped', 'gid 955 does not exist'],
    ['denied setgroups', setgroupsDenied, 'setgroups-denied', 'inherited groups would be kept'],
    [
      'the user with groups it should not have',
      { ...alpm, identity: { ...alpm.identity, groups: [27] } },
      'not-permitted',
      'lacks CAP_SETGID',
    ],
    [
      'a system without users',
      { state: 'unsupported-platform', reason: 'win32' },
      'unsupported-platform',
      'no POSIX users',
    ],
  ])('refuses %s', (_name, support, code, text) => {
    expect(() => plan({ ...policy, noNewPrivs: 'prefer' }, support)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(text) as string,
        hint: expect.any(String) as string,
      }),
    );
  });

  it('goes on as the same ordinary user under prefer, and says why', () => {
    const { record, features, needs } = plan({ ...policy, level: 'prefer' }, user);
    expect(record).toHaveLength(0);
    expect(needs).toEqual(['no_new_privs']);
    expect(features.map(({ state }) => state)).toEqual(['unsupported', 'unsupported', 'unsupported', 'enforced']);
    expect(features[0]?.reason).toContain('lacks CAP_SETUID and CAP_SETGID');
  });

  it('keeps and reports the groups of a user that is the target already, under prefer', () => {
    const { features, record } = plan(
      { ...policy, level: 'prefer' },
      { ...user, identity: { ...alpm.identity, groups: [27] } },
    );
    expect(features.map(({ state }) => state)).toEqual(['already', 'already', 'unsupported', 'enforced']);
    expect(features[2]?.reason).toContain('cannot change its supplementary groups (27)');
    expect(record[2]).toBe(3);
  });

  it.each([
    ['without CAP_SETUID', { ...root, setuid: false }],
    ['in a namespace with only root', onlyRootMapped],
    ['where setgroups is denied', setgroupsDenied],
    ['with only a saved uid 0', { ...user, identity: { ...user.identity, uid: [1000, 1000, 0, 1000] as const } }],
  ])('never goes on as root, not even under prefer: %s', (_name, support) => {
    expect(() => plan({ ...policy, level: 'prefer' }, support)).toThrow(/lacks|namespace/);
  });

  it('keeps groups where setgroups is denied only on request, and reports it', () => {
    const { features } = plan({ ...policy, keepGroupsWhereDenied: true }, setgroupsDenied);
    expect(features.find(({ feature }) => feature === 'groups')).toMatchObject({
      state: 'unsupported',
      reason: expect.stringContaining('kept on request') as string,
    });
    expect(states(setgroupsDenied, { keepGroupsWhereDenied: true })).toMatchObject({
      user: 'enforced',
      group: 'enforced',
    });
  });

  describe('in a user namespace without numbers for some', () => {
    const shown = 65_534;
    const nobody = { ...policy, uid: shown, gid: shown, name: 'nobody' };
    const unread: Available = {
      ...user,
      identity: { uid: [shown, shown, shown, shown], gid: [shown, shown, shown, shown], groups: [shown] },
      uidMap: mapOf(),
      gidMap: mapOf(),
    };
    const someMapped: Available = { ...unread, uidMap: mapOf([0, 65_536]), gidMap: mapOf([0, 65_536]) };
    const alone: Available = { ...someMapped, identity: { ...unread.identity, groups: [] } };

    it.each(['require', 'prefer'] as const)('takes no id that reads alike for the user: %s', (level) => {
      expect(() => plan({ ...nobody, level }, unread)).toThrow(
        expect.objectContaining({ code: 'not-mapped', message: expect.stringContaining('uid') as string }),
      );
      expect(() => plan({ ...nobody, level }, { ...unread, uidMap: mapOf([shown, 1]) })).toThrow(
        expect.objectContaining({ code: 'not-mapped' }),
      );
    });

    it('never goes on under prefer as who may be root outside', () => {
      expect(() => plan({ ...policy, level: 'prefer' }, someMapped)).toThrow('it may be that of root');
      expect(() => plan({ ...policy, level: 'prefer' }, { ...user, uidMap: mapOf([0, 65_536]) })).not.toThrow();
    });

    it('lets the calls decide where the number is mapped and others read alike', () => {
      const { record, features } = plan(nobody, alone);
      expect(record[2]).toBe(0);
      expect(features.map(({ state }) => state)).toEqual(['enforced', 'enforced', 'enforced', 'enforced']);
      expect(
        plan(nobody, { ...alone, uidMap: mapOf([0, 0xffff_ffff]), gidMap: mapOf([0, 0xffff_ffff]) }).record[2],
      ).toBe(1);
    });

    it.each<[string, Available, PrivdropErrorCode]>([
      ['setgroups is denied', { ...someMapped, setgroups: 'denied' }, 'setgroups-denied'],
      ['CAP_SETGID is missing', someMapped, 'not-permitted'],
    ])('keeps no group that reads alike where %s', (_name, support, code) => {
      expect(() => plan(nobody, support)).toThrow(expect.objectContaining({ code }));
    });

    it('reports such groups where they are kept on request, and has them set where that can be', () => {
      const kept = plan({ ...nobody, keepGroupsWhereDenied: true }, { ...someMapped, setgroups: 'denied' });
      expect(kept.features[2]).toMatchObject({ feature: 'groups', state: 'unsupported' });
      const set = plan(nobody, { ...someMapped, setuid: true, setgid: true });
      expect([set.record[2], set.features[2]?.state]).toEqual([4, 'enforced']);
    });
  });

  it('refuses to do without no_new_privs when it is required', () => {
    const support = { ...root, noNewPrivs: 'unsupported' as const };
    expect(() => plan(policy, support)).toThrow('set-user-ID program');
    expect(states(support, { noNewPrivs: 'prefer' })).toEqual(all('enforced', 'unsupported'));
    expect(states(support, { noNewPrivs: 'off' })).toEqual(all('enforced', 'off'));
  });

  it('encodes uid, gid and groups into the record', () => {
    const { record } = plan({ ...policy, groups: [27, 36] }, root);
    expect([...new Uint32Array(record.slice(8).buffer)]).toEqual([954, 955, 2, 27, 36]);
    expect(record[2]).toBe(0);
    expect(plan(policy, alpm).record[2]).toBe(1);
    expect(plan({ ...policy, keepGroupsWhereDenied: true }, setgroupsDenied).record[2]).toBe(2);
  });
});
