import { policy } from '@sb/privdrop';
import type { TaskStatus } from '@sb/core';
import { describe, expect, it } from 'vitest';

import type { Expected } from '../plan/plan.js';
import { differences, verifiedOf } from './verify.js';

const user = policy({
  user: { uid: 954, gid: 955, name: 'alpm', home: '/', shell: '/bin/sh', groups: [] },
  groups: [27],
});
const none = { permitted: [], inheritable: [], ambient: [], bounding: [] };
const expected = {
  user,
  groups: true,
  caps: none,
  launcher: true,
  filter: true,
  rules: { paths: [], ports: [] },
} as unknown as Expected;
const good: TaskStatus = {
  tid: 7,
  uid: [954, 954, 954, 954],
  gid: [955, 955, 955, 955],
  groups: [27],
  capInh: 0n,
  capPrm: 0n,
  capEff: 0n,
  capBnd: 0n,
  capAmb: 0n,
  noNewPrivs: true,
  seccomp: 2,
  seccompFilters: 1,
};

describe('differences', () => {
  it.each<[Partial<TaskStatus>, Partial<Expected>, readonly string[]]>([
    [{}, {}, []],
    [{ uid: [0, 954, 954, 954] }, {}, ['user ids']],
    [{ uid: [954, 954, 0, 954] }, {}, ['user ids']],
    [{ uid: [954, 954, 954, 0] }, {}, ['user ids']],
    [{ gid: [955, 955, 0, 955] }, {}, ['group ids']],
    [{ groups: [27, 0] }, {}, ['groups']],
    [{ groups: [] }, {}, []],
    [{ groups: [955] }, {}, []],
    [{ groups: [0] }, { groups: false }, []],
    [{ capEff: 1n }, {}, ['effective capabilities']],
    [{ capPrm: 1n }, {}, ['permitted capabilities']],
    [{ capInh: 1n }, {}, ['inheritable capabilities']],
    [{ capAmb: 1n }, {}, ['ambient capabilities']],
    [{ capBnd: 1n << 63n }, {}, ['bounding set']],
    [{ noNewPrivs: false }, {}, ['no_new_privs']],
    [{ noNewPrivs: false }, { launcher: false }, []],
    [{ seccomp: 0 }, {}, ['seccomp']],
    [{ seccomp: 1 }, {}, ['seccomp']],
    [{ seccomp: 0 }, { filter: false }, []],
    [{ uid: [0, 0, 0, 0], capEff: 1n, seccomp: 0 }, {}, ['user ids', 'effective capabilities', 'seccomp']],
  ])('of %o with %o: %j', (task, changes, wrong) => {
    expect(differences({ ...good, ...task }, { ...expected, ...changes }, { by: 'parent', filters: 0 })).toEqual(wrong);
  });

  it('sees no filter where the launcher looked before there was one', () => {
    expect(differences({ ...good, seccomp: 0 }, expected, { by: 'launcher', filters: 0 })).toEqual([]);
    expect(differences({ ...good, uid: [0, 0, 0, 0] }, expected, { by: 'launcher', filters: 0 })).toEqual(['user ids']);
  });

  it.each<[string, Partial<TaskStatus>, number | undefined, readonly string[]]>([
    ['an outer filter alone', { seccompFilters: 1 }, 1, ['seccomp']],
    ['fewer than before', { seccompFilters: 0 }, 1, ['seccomp']],
    ['an outer one and its own', { seccompFilters: 2 }, 1, []],
    ['its own, where a filter has ended it', { seccompFilters: 2, seccomp: 3 }, 1, []],
    ['a mode alone, where none is counted', { seccompFilters: 0 }, 0, []],
    ['a filter, where nobody knows how many there were', { seccompFilters: 1 }, undefined, []],
  ])('counts the filters of a task with %s', (_name, task, before, wrong) => {
    expect(differences({ ...good, ...task }, expected, { by: 'parent', filters: before })).toEqual(wrong);
    expect(differences({ ...good, ...task }, expected, { by: 'self', filters: before })).toEqual(wrong);
  });

  it('expects nothing of a layer that is off', () => {
    const { user: _, caps: __, ...rest } = expected;
    expect(differences({ ...good, uid: [0, 0, 0, 0], capEff: 1n }, rest, { by: 'parent', filters: 0 })).toEqual([]);
  });
});

describe('verifiedOf', () => {
  it('is plain data with names', () => {
    const task = { ...good, capEff: 1n << 13n, capBnd: 0b11n };
    const verified = verifiedOf(task, 'parent', true);
    expect(verified).toMatchObject({ capEff: ['cap_net_raw'], capBnd: ['cap_chown', 'cap_dac_override'], seccomp: 2 });
    expect(JSON.parse(JSON.stringify(verified))).toEqual(verified);
  });

  it('takes the answer to the call for the filter where the launcher looked before it', () => {
    const early = { ...good, seccomp: 0 };
    expect(verifiedOf(early, 'launcher', true).seccomp).toBe(2);
    expect(verifiedOf(early, 'launcher', false).seccomp).toBe(0);
    expect(verifiedOf(early, 'parent', true).seccomp).toBe(0);
  });
});
