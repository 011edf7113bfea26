import type { TaskStatus } from '@sb/core';
import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { Expected } from '../plan/plan.js';
import { hasOwnNamespace, isTargetsWork } from './target-changes.js';

const none = { permitted: [], inheritable: [], ambient: [], bounding: [] };
const expected = { groups: true, caps: none, launcher: true, filter: true } as unknown as Expected;
const launcher = {
  capInh: 0n,
  capPrm: 0n,
  capEff: 0n,
  capBnd: 0n,
  capAmb: 0n,
  noNewPrivs: true,
  seccomp: 0,
} as unknown as TaskStatus;
const setid = { ...launcher, capPrm: 0b1100_0000n };
const kept = { ...none, permitted: ['cap_setuid', 'cap_setgid'] };

const capabilities = ['effective capabilities', 'permitted capabilities', 'bounding set'];

describe('isTargetsWork', () => {
  it.each<[readonly string[], TaskStatus, boolean, boolean]>([
    [capabilities, launcher, true, true],
    [capabilities, launcher, false, false],
    [['user ids'], launcher, true, false],
    [['user ids', 'group ids', 'groups'], setid, false, true],
    [['user ids'], { ...setid, capPrm: 0b0100_0000n }, false, false],
    [['groups'], { ...setid, capPrm: 0b1000_0000n }, false, false],
    [['no_new_privs'], launcher, true, false],
    [['seccomp', ...capabilities], launcher, true, false],
    // What the launcher left wrong is nobody else's work.
    [capabilities, { ...launcher, capPrm: 1n }, true, false],
    [capabilities, { ...launcher, noNewPrivs: false }, true, false],
  ])('of %j, in case %#', (wrong, word, own, is) => {
    const caps = word.capPrm >= 0b0100_0000n ? (kept as unknown as typeof none) : none;
    const plan = { ...expected, caps } as unknown as Expected;
    expect(isTargetsWork({ wrong, launcher: word, expected: plan, isElsewhere: own })).toBe(is);
  });
});

describe.skipIf(missing('linux'))('hasOwnNamespace', () => {
  it('is false of this process, and true of one that is gone', () => {
    expect(hasOwnNamespace(process.pid)).toBe(false);
    expect(hasOwnNamespace(2 ** 22 - 1)).toBe(true);
  });
});
