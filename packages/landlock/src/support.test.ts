import { describe, expect, it } from 'vitest';

import { plan } from './plan.js';
import { policy } from './policy.js';
import { ro } from './paths.js';
import { support, supportFrom } from './support.js';

describe('supportFrom', () => {
  it.each([
    [1, -22, { state: 'available', abi: 1, errata: [] }],
    [7, 0, { state: 'available', abi: 7, errata: [] }],
    [7, 0b101, { state: 'available', abi: 7, errata: [1, 3] }],
    [-38, -38, { state: 'not-built', abi: 0, errata: [] }],
    [-95, -95, { state: 'disabled-at-boot', abi: 0, errata: [] }],
    [-1, -1, { state: 'blocked', abi: 0, errata: [] }],
    [0, 0, { state: 'not-built', abi: 0, errata: [] }],
  ])('reads the answers %i and %i', (abi, errata, expected) => {
    expect(supportFrom(abi, errata)).toMatchObject(expected);
  });

  it('names a call that a filter denies, and the kernel’s limit, though there is an ABI', () => {
    expect(supportFrom(7, 0, [{ call: 'landlock_add_rule', errno: 1 }])).toMatchObject({
      state: 'blocked',
      abi: 0,
      reason: expect.stringContaining('answers landlock_add_rule with EPERM'),
    });
    const full = [{ call: 'landlock_restrict_self', errno: 7 }];
    expect(supportFrom(7, 0, full)).toMatchObject({ state: 'too-many-layers', abi: 0 });
    expect(() => plan(policy({ abi: 7, paths: [ro('/usr')] }), supportFrom(7, 0, full))).toThrow(
      expect.objectContaining({ code: 'too-many-layers', step: 'plan' }),
    );
    expect(supportFrom(-38, -38, [{ call: 'landlock_add_rule', errno: 38 }])).toMatchObject({ state: 'not-built' });
  });

  it('gives the reason if Landlock is not available', () => {
    expect(supportFrom(-13, -13)).toMatchObject({ state: 'blocked', reason: expect.stringContaining('EACCES') });
  });
});

describe('support', () => {
  it('gives the kernel of this machine one of its states', () => {
    expect([
      'available',
      'disabled-at-boot',
      'not-built',
      'blocked',
      'too-many-layers',
      'unsupported-platform',
    ]).toContain(support().state);
  });
});
