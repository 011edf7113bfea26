import { describe, expect, it } from 'vitest';

import type { CapsError } from './errors.js';
import { type CapabilityName, namesOf } from './names.js';
import { plan } from './plan.js';
import { type CapsFeature, type CapsOptions, featureNames, type PlanOptions } from './options.js';
import { none, policy } from './policy.js';
import { lockedSecurebits, type Securebit } from './securebits.js';
import type { CapabilityState } from './state.js';
import type { CapsSupport } from './support.js';

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
const ordinary: CapabilityState = { ...root, effective: [], permitted: [] };
const support = (present: CapabilityState): CapsSupport => ({ state: 'available', last: 40, present });

const states = (options: CapsOptions, present: CapabilityState, how?: PlanOptions) =>
  Object.fromEntries(
    plan(policy(options), support(present), how).features.map(({ feature, state }) => [feature, state]),
  );

function refusal(options: CapsOptions, present: CapabilityState, how?: PlanOptions): CapsError {
  try {
    plan(policy(options), support(present), how);
  } catch (error) {
    return error as CapsError;
  }
  throw new Error('nothing was refused');
}

describe('plan', () => {
  it('has a record whose bytes are those of caps.h', () => {
    const { record, needs, target } = plan(
      policy({ keep: ['cap_net_raw', 'cap_bpf'], inheritable: ['cap_bpf'], bounding: ['cap_kill'] }),
      support({ ...root, effective: ['cap_net_raw', 'cap_setpcap'] }),
      { userSwitch: true },
    );
    const header = [2, 1, 31, 0, 48, 0, 0, 0];
    const halves = [
      [1 << 13, 0], // effective: never more than it is
      [1 << 13, 1 << 7], // permitted
      [0, 1 << 7], // inheritable
      [0, 0], // ambient
      [1 << 5, 0], // bounding
    ];
    expect([...record]).toEqual([...header, ...new Uint8Array(Uint32Array.from(halves.flat()).buffer)]);
    expect(needs).toEqual([]);
    expect(target.bounding).toEqual(['cap_kill']);
  });

  it('enforces everything for root', () => {
    const report = states({ keep: ['cap_kill'], ambient: ['cap_kill'] }, root);
    expect(Object.values(report)).toEqual(Object.keys(featureNames).map(() => 'enforced'));
  });

  it('is already done where all of it holds', () => {
    const done: CapabilityState = {
      effective: [],
      permitted: [],
      inheritable: [],
      bounding: [],
      ambient: [],
      noNewPrivs: true,
      securebits: lockedSecurebits,
    };
    expect(Object.values(states({}, done))).toEqual(['already', 'off', 'off', 'already', 'already', 'already']);
    const also = { ...done, securebits: [...lockedSecurebits, 'exec_restrict_file'] as Securebit[] };
    expect(states({}, also)).toMatchObject({ securebits: 'already' });
  });

  const table: readonly (readonly [CapsFeature, CapsOptions, CapabilityState, PlanOptions, message: RegExp])[] = [
    [
      'bounding',
      { securebits: 'leave' },
      ordinary,
      {},
      /CAP_SETPCAP is not effective, and dropping the bounding set needs it/,
    ],
    ['securebits', { bounding: 'leave' }, ordinary, {}, /CAP_SETPCAP is not effective, and locking securebits/],
    ['keep', { keep: ['cap_kill'] }, { ...root, permitted: [] }, {}, /cap_kill is not permitted in this process/],
    [
      'keep',
      { keep: ['cap_kill'] },
      { ...root, securebits: ['keep_caps_locked'] },
      { userSwitch: true },
      /keep_caps is locked/,
    ],
    [
      'ambient',
      { keep: ['cap_kill'], ambient: ['cap_kill'] },
      { ...root, bounding: [] },
      {},
      /cannot be made inheritable/,
    ],
    [
      'ambient',
      { keep: ['cap_kill'], ambient: ['cap_kill'] },
      { ...root, securebits: ['no_cap_ambient_raise'] },
      {},
      /cannot be made ambient/,
    ],
    ['securebits', {}, { ...root, securebits: ['noroot_locked'] }, {}, /noroot are locked with another value/],
    ['securebits', {}, { ...root, securebits: ['keep_caps', 'keep_caps_locked'] }, {}, /keep_caps are locked/],
  ];

  it.each(table)('%s: %j is refused, or reported under prefer', (feature, options, present, how, message) => {
    const error = refusal(options, present, how);
    expect(error).toMatchObject({ code: 'not-permitted', step: 'plan' });
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
    // Every feature that this one drags along is asked for as softly.
    const soft: CapsOptions = { ...options, levels: { [feature]: 'prefer' } };
    const { features, target } = plan(policy(soft), support(present), how);
    expect(features.find((line) => line.feature === featureNames[feature])).toMatchObject({ state: 'unsupported' });
    if (feature === 'keep') expect(target.permitted).toEqual([]);
    if (feature === 'bounding') expect(target.bounding).toBeUndefined();
  });

  it('reports no_setuid_fixup that was locked as on, also if the rest was already locked', () => {
    const fixup: readonly Securebit[] = ['no_setuid_fixup', 'no_setuid_fixup_locked'];
    const securebitsLine = (securebits: readonly Securebit[]) =>
      plan(policy({}), support({ ...root, securebits })).features.find(({ feature }) => feature === 'securebits');
    const reason: unknown = expect.stringContaining('no_setuid_fixup was already locked as on');
    expect(securebitsLine(fixup)).toMatchObject({ state: 'enforced', reason });
    expect(securebitsLine([...lockedSecurebits, 'no_setuid_fixup'])).toMatchObject({ state: 'already', reason });
    // Not locked, it is cleared; locked as off, it is what was asked for.
    for (const bits of [['no_setuid_fixup'], ['no_setuid_fixup_locked'], lockedSecurebits] as const)
      expect(securebitsLine(bits)).not.toHaveProperty('reason');
  });

  it('refuses a change of user where keep_caps is locked as on, for every choice of securebits', () => {
    const present: CapabilityState = { ...root, securebits: ['keep_caps', 'keep_caps_locked'] };
    const options: CapsOptions = { levels: { securebits: 'prefer' } };
    expect(refusal(options, present, { userSwitch: true }).message).toContain('keep_caps is locked as on');
    expect(refusal({ securebits: 'leave' }, present, { userSwitch: true }).code).toBe('not-permitted');
    expect(states({ securebits: 'leave' }, present)).toMatchObject({ capabilities: 'enforced' });
  });

  it('refuses a change of user that could be undone, at every level', () => {
    const how = { userSwitch: true };
    expect(refusal({ keep: ['cap_setgid'], levels: { keep: 'prefer' } }, root, how).code).toBe('invalid-policy');
    const surviving: CapabilityState = { ...root, securebits: ['no_setuid_fixup'] };
    expect(refusal({ securebits: 'leave' }, surviving, how).message).toContain('survive the change of user');
    // With securebits to be locked it is cleared first; without the change of user it does no harm.
    expect(states({}, surviving, how)).toMatchObject({ securebits: 'enforced' });
    expect(states({ securebits: 'leave' }, surviving)).toMatchObject({ capabilities: 'enforced' });
  });

  it('keeps ambient what is so already, where raising is switched off', () => {
    const kill: readonly CapabilityName[] = ['cap_kill'];
    const present: CapabilityState = {
      ...root,
      inheritable: kill,
      ambient: kill,
      securebits: ['no_cap_ambient_raise'],
    };
    expect(states({ keep: kill, ambient: kill }, present)).toMatchObject({ ambient: 'already' });
    expect(refusal({ keep: kill, ambient: kill }, present, { userSwitch: true }).message).toContain('made ambient');
  });

  it('says what a platform lacks, or refuses', () => {
    const elsewhere: CapsSupport = { state: 'unsupported-platform', reason: 'plan9 has no Linux capabilities' };
    expect(() => plan(none(), elsewhere)).toThrow(/plan9 has no/);
    const soft = none({ capabilities: 'prefer', bounding: 'prefer', securebits: 'prefer', noNewPrivs: 'prefer' });
    const { record, features } = plan(soft, elsewhere);
    expect(record.length).toBe(0);
    expect(features.map(({ state }) => state)).toEqual([
      'unsupported',
      'off',
      'off',
      'unsupported',
      'unsupported',
      'unsupported',
    ]);
  });
});
