import { SandboxError } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { plan } from './plan.js';
import { none, policy, requirePolicy } from './policy.js';
import type { CapsOptions, CapsPolicy } from './options.js';
import { support } from './support.js';

describe('policy', () => {
  it('keeps nothing and locks everything by default', () => {
    expect(none()).toEqual(policy({}));
    expect(none()).toEqual({
      layer: 'caps',
      keep: [],
      inheritable: [],
      ambient: [],
      bounding: [],
      levels: {
        capabilities: 'require',
        keep: 'off',
        ambient: 'off',
        bounding: 'require',
        securebits: 'require',
        noNewPrivs: 'require',
      },
    });
  });

  it('is frozen, and the same after JSON', () => {
    const decided = policy({ keep: ['cap_net_raw', 'cap_chown', 'cap_chown'], ambient: ['cap_net_raw'] });
    expect(JSON.parse(JSON.stringify(decided))).toEqual(decided);
    for (const part of [decided, decided.keep, decided.ambient, decided.levels])
      expect(Object.isFrozen(part)).toBe(true);
    expect(decided.keep).toEqual(['cap_chown', 'cap_net_raw']);
    expect(decided.inheritable).toEqual(['cap_net_raw']);
  });

  it('takes a level for each thing that is asked for', () => {
    const { levels } = policy({ levels: { bounding: 'prefer' }, securebits: 'leave', noNewPrivs: false });
    expect(levels).toMatchObject({ bounding: 'prefer', securebits: 'off', noNewPrivs: 'off', capabilities: 'require' });
    // Leaving a level out is the strictest, so a level without a value is none.
    const options = { levels: { bounding: undefined } } as unknown as CapsOptions;
    expect(policy(options).levels.bounding).toBe('require');
    expect(policy({ keep: 'all', bounding: ['cap_kill'] })).toMatchObject({ bounding: ['cap_kill'] });
  });

  it.each<readonly [name: string, options: unknown, message: RegExp]>([
    [
      'nothing asked for',
      { keep: 'all', bounding: 'leave', securebits: 'leave', noNewPrivs: false },
      /asks for nothing/,
    ],
    ['ambient but not kept', { ambient: ['cap_chown'] }, /not in keep/],
    [
      'ambient but not inheritable',
      { keep: ['cap_chown'], inheritable: [], ambient: ['cap_chown'] },
      /not in inheritable/,
    ],
    ['all kept, and a list of ambient', { keep: 'all', ambient: ['cap_chown'] }, /leaves the ambient/],
    ['an unknown name', { keep: ['cap_root'] }, /is not a capability/],
    ['a name in upper case', { keep: ['CAP_CHOWN'] }, /Write cap_chown/],
    ['no list', { keep: 'cap_chown' }, /options\.keep is "cap_chown"\. Give a list of capabilities or "all"/],
    [
      'an unknown word for bounding',
      { bounding: 'keep' },
      /options\.bounding is "keep"\. Give a list of capabilities or one of "drop", "leave"/,
    ],
    ['an unknown word for securebits', { securebits: true }, /options\.securebits is not one of "lock", "leave": true/],
    ['no boolean', { noNewPrivs: 'yes' }, /options\.noNewPrivs is not true or false: "yes"/],
    ['level off', { levels: { bounding: 'off' } }, /options\.levels\.bounding is "off"/],
    [
      'a level for an unknown feature',
      { levels: { bouding: 'prefer' } },
      /options\.levels\.bouding is unknown\. Did you mean "bounding"/,
    ],
    ['a level for what is not asked for', { bounding: 'leave', levels: { bounding: 'prefer' } }, /not asked for/],
    ['a list that is null', { keep: null }, /options\.keep is not a list of capabilities or "all": null/],
    [
      'securebits by another spelling',
      { secureBits: 'lock' },
      /options\.secureBits is unknown\. Did you mean "securebits"/,
    ],
    ['no_new_privs by another name', { noNewPriv: false }, /options\.noNewPriv is unknown\. Did you mean "noNewPrivs"/],
    [
      'a misspelt list',
      { keep: ['cap_chown'], ambiant: ['cap_chown'] },
      /options\.ambiant is unknown\. Did you mean "ambient"/,
    ],
    ['a key without a value', { bounding: undefined }, /options\.bounding is not .*: undefined/],
    ['a key that is null', { bounding: null }, /options\.bounding is not .*: null/],
    ['a name that is none', { keep: [null] }, /options\.keep\[0\] is not a capability such as cap_net_raw: null/],
    ['no object', 'keep', /options is not an object: "keep"/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => policy(options as CapsOptions)).toThrow(message);
  });
});

describe('a policy that travelled as JSON', () => {
  const good = policy({ keep: ['cap_kill', 'cap_chown'], ambient: ['cap_kill'], bounding: ['cap_bpf'] });
  const nothing = none();

  it('is taken as it was', () => {
    for (const decided of [good, nothing])
      expect(requirePolicy(JSON.parse(JSON.stringify(decided)) as CapsPolicy)).toEqual(decided);
  });

  it('is planned for by what was checked, in any order and with any repetitions', () => {
    const jumbled = { ...good, keep: ['cap_kill', 'cap_chown', 'cap_kill'] } as CapsPolicy;
    const kept = ['cap_chown', 'cap_kill'] as const; // in this order, as the kernel's sets are read
    const present = {
      effective: ['cap_setpcap'],
      permitted: kept,
      inheritable: ['cap_kill'],
      bounding: ['cap_kill'],
      ambient: [],
      noNewPrivs: false,
      securebits: [],
    } as const;
    const where = { state: 'available', last: 40, present } as const;
    expect(plan(jumbled, where)).toEqual(plan(good, where));
  });

  it.each<readonly [name: string, tampered: unknown]>([
    ['nothing', null],
    ['a text', 'caps'],
    ['the policy of another layer', { ...good, layer: 'privdrop' }],
    ['no levels', { ...good, levels: undefined }],
    ['a level that is missing', { ...good, levels: { ...good.levels, bounding: undefined } }],
    ['a level that is unknown', { ...good, levels: { ...good.levels, securebits: 'maybe' } }],
    ['ambient that is not kept', { ...good, ambient: ['cap_bpf'] }],
    ['inheritable that is not kept', { ...good, inheritable: ['cap_bpf'] }],
    ['a list that is none', { ...good, keep: 'cap_kill' }],
    ['an unknown capability', { ...good, bounding: ['cap_none'] }],
    ['a list for what is off', { ...nothing, keep: ['cap_kill'] }],
    ['a key that is unknown', { ...good, ambiant: [] }],
    ['a level for an unknown feature', { ...good, levels: { ...good.levels, bouding: 'require' } }],
    [
      'every level off',
      { ...nothing, levels: Object.fromEntries(Object.keys(good.levels).map((key) => [key, 'off'])) },
    ],
    ['a level for what lists nothing', { ...nothing, levels: { ...nothing.levels, keep: 'require' } }],
    ['a bounding set for what is off', { ...good, levels: { ...good.levels, bounding: 'off' } }],
  ])('is refused with %s', (_name, tampered) => {
    expect(() => requirePolicy(tampered as CapsPolicy)).toThrow(SandboxError);
    expect(() => plan(tampered as CapsPolicy, support())).toThrow(SandboxError);
  });
});
