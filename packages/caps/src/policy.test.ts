import { describe, expect, it } from 'vitest';

import { type CapsOptions, none, policy } from './policy.js';

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
    expect(policy({ keep: 'all', bounding: ['cap_kill'] })).toMatchObject({ bounding: ['cap_kill'] });
  });

  it.each<readonly [name: string, options: unknown, message: RegExp]>([
    [
      'nothing asked for',
      { keep: 'all', bounding: 'leave', securebits: 'leave', noNewPrivs: false },
      /asks for nothing/,
    ],
    ['ambient but not kept', { ambient: ['cap_chown'] }, /not kept/],
    [
      'ambient but not inheritable',
      { keep: ['cap_chown'], inheritable: [], ambient: ['cap_chown'] },
      /not inheritable/,
    ],
    ['all kept, and a list of ambient', { keep: 'all', ambient: ['cap_chown'] }, /leaves the ambient/],
    ['an unknown name', { keep: ['cap_root'] }, /is no capability/],
    ['a name in upper case', { keep: ['CAP_CHOWN'] }, /Write cap_chown/],
    ['no list', { keep: 'cap_chown' }, /no list/],
    ['an unknown word for bounding', { bounding: 'keep' }, /bounding "keep" is unknown/],
    ['an unknown word for securebits', { securebits: true }, /securebits true is unknown/],
    ['no boolean', { noNewPrivs: 'yes' }, /noNewPrivs "yes" is unknown/],
    ['level off', { levels: { bounding: 'off' } }, /levels.bounding "off" is unknown/],
    ['a level for an unknown feature', { levels: { bouding: 'prefer' } }, /feature "bouding" is unknown/],
    ['a level for what is not asked for', { bounding: 'leave', levels: { bounding: 'prefer' } }, /not asked for/],
    ['null', { keep: null }, /no list/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => policy(options as CapsOptions)).toThrow(message);
  });
});
