import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatIab, iabOf, parseIab } from './iab.js';
import { maskOf, namesOf } from './names.js';
import { format, parse } from './text.js';

const last = 40;
const seed = Math.floor(Math.random() * 2 ** 31);
const names = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(namesOf);
const sets = fc.record({ effective: names, permitted: names, inheritable: names });

describe(`text forms (seed ${seed})`, () => {
  it('parse(format(x)) is x, for sets of all 64 bits and every last capability', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 0, max: 63 }), (x, lastBit) => {
        expect(parse(format(x, { last: lastBit }), { last: lastBit })).toEqual(x);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('parseIab(formatIab(x)) is x', () => {
    fc.assert(
      fc.property(names, names, names, (inherited, ambient, blocked) => {
        const x = { inheritable: namesOf(maskOf(inherited) | maskOf(ambient)), ambient, blocked };
        expect(parseIab(formatIab(x))).toEqual(x);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('never throws anything but its own error, and always ends', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        for (const read of [parse, parseIab]) {
          try {
            read(text);
          } catch (error) {
            expect(error).toMatchObject({ name: 'SandboxError', code: 'invalid-text' });
          }
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  const all = namesOf((1n << 41n) - 1n);
  it.each([
    ['', [], [], []],
    ['=', [], [], []],
    ['cap_net_raw=ep', ['cap_net_raw'], ['cap_net_raw'], []],
    ['13,CAP_KILL=i', [], [], ['cap_kill', 'cap_net_raw']],
    ['=ep', all, all, []],
    ['all=p cap_chown-p', [], all.slice(1), []],
    ['cap_chown=eip cap_chown-i', ['cap_chown'], ['cap_chown'], []],
    ['cap_chown=p cap_chown+e', ['cap_chown'], ['cap_chown'], []],
    ['cap_chown=p\t\n cap_chown=', [], [], []],
    ['cap_chown=e+p-e', [], ['cap_chown'], []],
    ['41=p', [], ['cap_41'], []],
    ['all,41=p', [], [...all, 'cap_41'], []],
    ['41,all=p', [], all, []],
  ])('reads %j', (text, effective, permitted, inheritable) => {
    expect(parse(text, { last })).toEqual({ effective, permitted, inheritable });
  });

  it.each([
    'cap_chown',
    '+p',
    '-p',
    'cap_none=p',
    'cap_chown=x',
    'cap_chown,=p',
    'cap_chown+',
    '=e+p',
    '64=p',
    'a=p=e',
    'cap_41=p',
    '08=p',
    '010=p',
    '0xd=p',
    'cap_chown=p\u00A0cap_kill=p',
  ])('refuses %j', (text) => {
    expect(() => parse(text, { last })).toThrow(/cannot read/);
  });

  it('refuses a text without end', () => {
    expect(() => parse('cap_chown=p '.repeat(6000))).toThrow(/longer than/);
    expect(() => parseIab('cap_chown,'.repeat(7000))).toThrow(/longer than/);
  });

  it.each([
    ['=', []],
    ['cap_chown=ep', ['cap_chown']],
    ['=ep', all],
    ['=ep cap_chown=', all.slice(1)],
    ['=ep 41=ep', [...all, 'cap_41']],
  ] as const)('writes %s', (text, permitted) => {
    expect(format({ effective: permitted, permitted, inheritable: [] }, { last })).toBe(text);
  });
});

describe('IAB', () => {
  it.each([
    ['!cap_sys_admin,^cap_net_raw,cap_chown', ['cap_chown', 'cap_net_raw'], ['cap_net_raw'], ['cap_sys_admin']],
    ['^!cap_chown', ['cap_chown'], ['cap_chown'], ['cap_chown']],
    ['%cap_chown,!cap_chown', ['cap_chown'], [], ['cap_chown']],
    ['', [], [], []],
  ])('reads %j', (text, inheritable, ambient, blocked) => {
    expect(parseIab(text)).toEqual({ inheritable, ambient, blocked });
  });

  it.each([',', 'cap_chown,', ' cap_chown', '!', 'all', '?cap_chown', '64', '08', '010', '0xd', 'cap_41'])(
    'refuses %j',
    (text) => {
      expect(() => parseIab(text)).toThrow(/cannot read/);
    },
  );

  it('refuses to write what no kernel can hold', () => {
    expect(() => formatIab({ inheritable: [], ambient: ['cap_chown'], blocked: [] })).toThrow(/not inheritable/);
  });

  it('says what is blocked, up to the last capability', () => {
    const state = { effective: [], permitted: [], inheritable: [], ambient: [], noNewPrivs: false };
    expect(iabOf({ ...state, bounding: ['cap_dac_override'] }, { last: 2 }).blocked).toEqual([
      'cap_chown',
      'cap_dac_read_search',
    ]);
  });
});
