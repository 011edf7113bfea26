/* A bounding set that stays is nothing to worry about where nothing can be gained by it, and is one everywhere else. */
import { reportOf } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { namesOf } from './names.js';
import type { CapsOptions, PlanOptions } from './options.js';
import { plan } from './plan.js';
import { policy } from './policy.js';
import type { CapabilityState } from './state.js';
import type { CapsSupport } from './support.js';

const all = namesOf((1n << 41n) - 1n);
const ordinary: CapabilityState = {
  effective: [],
  permitted: [],
  inheritable: [],
  bounding: all,
  ambient: [],
  noNewPrivs: false,
  securebits: [],
};
const levels = { bounding: 'prefer', securebits: 'prefer' } as const;

interface Case {
  readonly options?: CapsOptions;
  readonly how?: PlanOptions;
  readonly denied?: readonly string[];
}

function planned(present: CapabilityState, { options = {}, how, denied = [] }: Case = {}) {
  const support = {
    state: 'available',
    last: 40,
    present,
    denied: denied.map((call) => ({ call, answer: 'EPERM' })),
  } as unknown as CapsSupport;
  const { features } = plan(policy({ ...options, levels: { ...levels, ...options.levels } }), support, how);
  const unneeded = features.filter((line) => line.unneeded !== undefined).map(({ feature }) => feature);
  return { status: reportOf(features).status, unneeded };
}

describe('the bounding set and the securebits of a process', () => {
  it('are unneeded where it has no capability and gets no_new_privs, or has it', () => {
    for (const noNewPrivs of [false, true])
      expect(planned({ ...ordinary, noNewPrivs })).toEqual({ status: 'full', unneeded: ['bounding', 'securebits'] });
  });

  it.each<[name: string, present: Partial<CapabilityState>, more?: Case]>([
    ['has a capability, though it will give it up', { permitted: ['cap_chown'] }],
    ['has one effective', { permitted: ['cap_chown'], effective: ['cap_chown'] }],
    [
      'has one that is inheritable, which a program’s file may turn into a permitted one',
      { inheritable: ['cap_chown'] },
    ],
    ['has one that is ambient', { permitted: ['cap_chown'], inheritable: ['cap_chown'], ambient: ['cap_chown'] }],
    ['does not ask for no_new_privs', {}, { options: { noNewPrivs: false } }],
    [
      'prefers no_new_privs, which a filter denies',
      {},
      { options: { levels: { noNewPrivs: 'prefer' } }, denied: ['prctl(PR_SET_NO_NEW_PRIVS)'] },
    ],
  ])('are needed where it %s: partial', (_, present, more) => {
    expect(planned({ ...ordinary, ...present }, more)).toEqual({ status: 'partial', unneeded: [] });
  });

  it('are asked for by name, and refused still', () => {
    expect(() => planned(ordinary, { options: { levels: { bounding: 'require' } } })).toThrow(/CAP_SETPCAP/);
  });
});
