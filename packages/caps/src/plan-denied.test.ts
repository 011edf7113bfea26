/* Beneath a filter of somebody else's: what is so already needs no call, and what needs one is refused before. */
import { describe, expect, it } from 'vitest';

import type { CapsError } from './errors.js';
import { namesOf } from './names.js';
import type { CapsOptions, PlanOptions } from './options.js';
import { plan } from './plan.js';
import { policy } from './policy.js';
import { lockedSecurebits } from './securebits.js';
import type { CapabilityState } from './state.js';

const all = namesOf((1n << 41n) - 1n);
const root: CapabilityState = {
  effective: all,
  permitted: all,
  inheritable: [],
  bounding: all,
  ambient: [],
  noNewPrivs: false,
  securebits: [],
};
/** As within another sandbox. */
const within: CapabilityState = {
  ...root,
  effective: [],
  permitted: [],
  bounding: [],
  noNewPrivs: true,
  securebits: lockedSecurebits,
};

const calls = ['capset', 'prctl(PR_SET_NO_NEW_PRIVS)', 'prctl(PR_CAPBSET_DROP)', 'prctl(PR_SET_SECUREBITS)'] as const;
const planned = (present: CapabilityState, call: string, options: CapsOptions = {}, how: PlanOptions = {}) =>
  plan(policy(options), { state: 'available', last: 40, present, denied: [{ call, errno: 1 }] }, how);

function refusal(act: () => unknown): CapsError | undefined {
  try {
    act();
  } catch (error) {
    return error as CapsError;
  }
  return undefined;
}

describe.each(calls)('a filter that denies %s', (call) => {
  it('hinders nothing where all is so already, which the report says', () => {
    const { features } = planned(within, call);
    expect(features.filter(({ state }) => state !== 'already' && state !== 'off')).toEqual([]);
  });

  it('is named as the obstacle where there is something to do', () => {
    const error = refusal(() => planned(root, call));
    expect(error).toMatchObject({ code: 'not-permitted', step: 'plan' });
    expect(error?.message).toContain(`answers ${call} with EPERM`);
  });

  it('is the reason of one line where the policy prefers', () => {
    const levels = { capabilities: 'prefer', bounding: 'prefer', securebits: 'prefer', noNewPrivs: 'prefer' } as const;
    const { features } = planned(root, call, { levels });
    const lost = features.filter(({ state }) => state === 'unsupported');
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toContain(call);
  });
});

it('asks nothing of capset where a change of user from root empties the sets', () => {
  expect(planned(root, 'capset', {}, { userSwitch: true }).features[0]).toMatchObject({ state: 'enforced' });
  const keeping = { keep: ['cap_kill'] } as const;
  expect(refusal(() => planned(root, 'capset', keeping, { userSwitch: true }))).toMatchObject({
    code: 'not-permitted',
  });
});

it('needs prctl(PR_CAP_AMBIENT) for what is to be ambient alone', () => {
  const call = 'prctl(PR_CAP_AMBIENT)';
  expect(refusal(() => planned(root, call))).toBeUndefined();
  const options = { keep: ['cap_kill'], ambient: ['cap_kill'] } as const;
  expect(refusal(() => planned(root, call, options))?.message).toContain(`answers ${call}`);
});
