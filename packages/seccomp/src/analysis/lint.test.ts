import { describe, expect, it, vi } from 'vitest';

import { allow, errno, killProcess, trace } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import { lint } from './lint.js';
import { policy } from '../policy/policy.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { baseNames } from '../policy/presets.js';
import { contradiction } from './satisfiable.js';

const codes = (options: SeccompOptions | SeccompPolicy) => lint(options).map(({ code, path }) => `${code} at ${path}`);
const rule = (syscall: string, when: readonly Condition[], action = errno('EPERM')): SeccompOptions => ({
  base: 'deny-dangerous',
  rules: [{ syscall, when, action }],
});

describe('lint', () => {
  it.each(baseNames.filter((base) => base !== 'deny-all' && base !== 'allow-all'))('finds nothing in %s', (base) => {
    expect(lint({ base })).toEqual([]);
  });

  it.each<[string, SeccompOptions]>([
    ['clone3-errno at rules', { base: 'deny-dangerous', rules: [{ syscall: 'clone3', action: errno('EPERM') }] }],
    ['clone3-bypass at allow', { base: 'deny-dangerous', allow: ['clone3'] }],
    ['namespaces-bypass at allow', { base: 'allow-all', deny: ['unshare'], allow: ['clone'] }],
    ['io-uring-kill at deny', { base: 'deny-dangerous', denied: killProcess }],
    ['io-uring-bypass at allow', { base: 'deny-dangerous', allow: ['@io-uring'] }],
    ['x32-open at x32', { base: 'deny-dangerous', x32: allow }],
    ['foreign-open at foreign', { base: 'deny-dangerous', foreign: 'log' }],
    ['unknown-not-enosys at unknown', { base: 'deny-dangerous', unknown: errno('EPERM') }],
    ['cannot-exit at base', { base: 'deny-all' }],
    ['wide-compare-of-int at rules[0].when[0]', rule('ioctl', [arg(1).eq64(0x5412)])],
    ['wide-compare-of-int at rules[0].when[0]', rule('mmap', [arg(2).eq64(7)])],
    ['narrow-compare-of-long at rules[0].when[0]', rule('ptrace', [arg(0).eq32(16)])],
    ['pointer-compare at rules[0].when[0]', rule('openat', [arg(1).eq64(0)])],
    ['hot-call-argument at rules[0]', rule('read', [arg(0).gt32(2)])],
    ['never-matches at rules[0]', rule('socket', [arg(0).eq32(1), arg(0).eq32(2)])],
    ['no-such-argument at rules[0].when[0]', rule('setns', [arg(2).eq32(1)])],
    ['no-such-call at rules[0]', rule('vm86', [arg(0).eq32(1)])],
    ['needs-supervisor at rules', rule('bind', [], trace(1))],
  ])('finds %s', (expected, options) => {
    expect(codes(options)).toContain(expected);
    expect(lint(options).every(({ message, hint }) => message !== '' && hint !== '')).toBe(true);
  });

  it('finds a rule after one that always matches when it does', () => {
    const first = { syscall: 'prctl', when: [arg(0).eq32(15)], action: allow };
    const second = { syscall: 'prctl', when: [arg(1).eq64(0), arg(0).eq32(15)], action: errno('EPERM') };
    expect(codes({ base: 'allow-all', rules: [first, second] })).toEqual(['shadowed at rules[1]']);
    expect(codes({ base: 'allow-all', rules: [second, first] })).toEqual([]);
  });

  it.each<[expected: readonly string[], options: SeccompOptions]>([
    // Each "not this family" lets through what the other denies.
    [
      ['always-true at rules[1].when[0]'],
      {
        base: 'deny-all',
        rules: [1, 16].map((family) => ({ syscall: 'socket', when: [arg(0).ne32(family)], action: allow })),
      },
    ],
    // The list of families has decided about all others before.
    [
      ['always-true at rules[0].when[0]'],
      {
        base: 'deny-dangerous',
        sockets: ['AF_INET'],
        rules: [{ syscall: 'socket', when: [arg(0).ne32(1), arg(1).eq32(3)], action: errno('EPERM') }],
      },
    ],
    [['always-true at rules[0].when[0]'], rule('personality', [arg(0).ge32(0)])],
    [[], rule('socket', [arg(0).ne32(1), arg(1).eq32(3)])],
    [[], { ...rule('socket', [arg(0).ne32(1)]), sockets: ['AF_INET', 'AF_UNIX'] }],
  ])('finds conditions that always hold: %j', (expected, options) => {
    const own = codes(options).filter((code) => code.startsWith('always-true'));
    expect(own).toEqual(expected);
  });

  it('finds every rule after an unconditional one for its call, and no other', () => {
    const always = { syscall: 'prctl', action: allow };
    const later = { syscall: 'prctl', when: [arg(0).eq32(15)], action: errno('EPERM') };
    const other = { ...later, syscall: 'personality' };
    const rules = [other, always, later, { ...always, action: errno('EPERM') }, { ...other, when: [arg(0).eq32(16)] }];
    expect(lint({ base: 'allow-all', rules })).toEqual([
      expect.objectContaining({ code: 'shadowed', path: 'rules[2]', message: 'rules[1] holds whenever this one does' }),
      expect.objectContaining({ code: 'shadowed', path: 'rules[3]', message: 'rules[1] holds whenever this one does' }),
    ]);
  });

  it('looks for shadowed rules among thousands in bounded work', () => {
    const rules = Array.from({ length: 4096 }, (_, index) => ({
      syscall: 'prctl',
      when: [arg(0).eq32(15), arg(1).eq64(index >> 1)],
      action: errno('EPERM'),
    }));
    const made = policy({ base: 'allow-all', rules });
    const includes = vi.spyOn(Set.prototype, 'has');
    const found = codes(made);
    const asked = includes.mock.calls.length;
    vi.restoreAllMocks();
    expect(found).toHaveLength(2048);
    // Comparing each with each would ask eight million times.
    expect(asked).toBeLessThan(1_000_000);
  });
});

describe('lint of calls that do the work of others', () => {
  const readOnly = [arg(2).maskedNe32(3, 0)];
  const world = [arg(2).maskedNe32(0o2, 0)];
  const both = (...calls: readonly string[]): SeccompOptions => ({
    base: 'allow-all',
    deny: ['@io-uring'],
    rules: calls.map((syscall) => ({ syscall, when: world, action: errno('EPERM') })),
  });

  it.each<[string, SeccompOptions]>([
    [
      'openat2-bypass at deny',
      { base: 'allow-all', rules: [{ syscall: 'openat', when: readOnly, action: errno('EPERM') }] },
    ],
    ['openat2-bypass at deny', { base: 'allow-all', deny: ['openat'] }],
    ['fchmodat2-bypass at deny', both('fchmodat')],
    ['fchmodat2-bypass at deny', { base: 'allow-all', deny: ['fchmodat'] }],
    ['futex-bypass at deny', { ...rule('futex', [arg(1).eq32(12)]), base: 'allow-all' }],
    ['futex-bypass at deny', { base: 'allow-all', deny: ['futex', 'futex_waitv'] }],
    [
      'io-uring-commands at allow',
      {
        base: 'allow-all',
        allow: ['@io-uring'],
        rules: [{ syscall: 'ioctl', when: [arg(1).eq32(0x5412)], action: errno('EPERM') }],
      },
    ],
  ])('finds %s', (expected, options) => {
    expect(codes(options)).toContain(expected);
  });

  it.each<[string, SeccompOptions]>([
    ['neither is restricted', { base: 'allow-all' }],
    ['openat2 is denied too', { base: 'allow-all', deny: ['openat', 'openat2'] }],
    ['both have the same rules', both('fchmodat', 'fchmodat2')],
    [
      'all are denied',
      { base: 'allow-all', deny: ['futex', 'futex_waitv', 'futex_wait', 'futex_wake', 'futex_requeue'] },
    ],
    ['the newer one alone is denied', { base: 'allow-all', deny: ['openat2', 'fchmodat2', 'futex_waitv'] }],
    ['io_uring is denied', { base: 'allow-all', deny: ['ioctl', '@io-uring'] }],
  ])('finds none where %s', (_name, options) => {
    expect(
      lint(options)
        .map(({ code }) => code)
        .filter((code) => /bypass|commands/.test(code)),
    ).toEqual([]);
  });
});

describe('contradiction', () => {
  it.each<[string, readonly Condition[]]>([
    ['two values', [arg(0).eq32(1), arg(0).eq32(2)]],
    ['an empty range', [arg(0).gt32(5), arg(0).lt32(6)]],
    ['below nothing', [arg(0).lt64(0)]],
    ['above everything', [arg(0).gt32(0xffff_ffff)]],
    ['bits outside of the mask', [arg(0).maskedEq32(0xf0, 1)]],
    ['a bit both set and clear', [arg(0).maskedEq32(0xf0, 0x10), arg(0).maskedEq32(0x10, 0)]],
    ['below nothing in 32 bits', [arg(0).lt32(0)]],
    ['above everything in 64 bits', [arg(0).gt64(2n ** 64n - 1n)]],
    ['bits outside of a 64-bit mask', [arg(0).maskedEq64(0xf0, 2n ** 40n)]],
    ['a value whose lower half is another', [arg(0).eq64(0x1_0000_0001), arg(0).eq32(2)]],
    ['a value whose lower half is excluded', [arg(0).ne32(1), arg(0).ge64(1), arg(0).le64(1)]],
    ['a value and not that value', [arg(0).eq32(7), arg(0).ne32(7)]],
    ['a value without a bit it needs', [arg(0).eq32(7), arg(0).maskedNe32(8, 0)]],
    ['any of no bits', [arg(0).maskedNe32(0, 0)]],
  ])('finds %s', (_name, when) => {
    expect(contradiction(when.map((one) => ({ ...one })))).toContain('argument 0');
  });

  it.each<[string, readonly Condition[]]>([
    ['several excluded values', [arg(0).ne32(1), arg(0).ne32(2)]],
    ['a range', [arg(0).gt32(5), arg(0).lt32(7), arg(0).maskedEq32(1, 0)]],
    ['the same value of different arguments', [arg(0).eq32(1), arg(1).eq32(2)]],
    ['a value and its lower half', [arg(0).eq64(0x1_0000_0001), arg(0).eq32(1)]],
    ['different halves', [arg(0).eq32(1), arg(0).ge64(2n ** 32n)]],
  ])('accepts %s', (_name, when) => {
    expect(contradiction(when)).toBeUndefined();
  });
});
