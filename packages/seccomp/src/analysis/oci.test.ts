import { describe, expect, it } from 'vitest';

import { arg, errno, evaluate, policy, type SeccompOptions, type SeccompPolicy } from '../index.js';
import { baseNames } from '../policy/presets.js';
import { syscallNumber } from '../tables/syscalls.js';
import { compare, fromOci, toOci } from './index.js';

/** In the form of Docker's default profile: a list that is allowed, and a few calls by their arguments. */
const small = JSON.stringify({
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  architectures: ['SCMP_ARCH_X86_64'],
  syscalls: [
    { names: ['read', 'write', 'exit_group', 'socket', 'futex_waitv', 'not_a_call'], action: 'SCMP_ACT_ALLOW' },
    { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ' }] },
    { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 2114060288, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
  ],
});

function answer(valid: SeccompPolicy, name: string, ...args: readonly bigint[]): string {
  const { action } = evaluate(valid, 'x86_64', { number: syscallNumber(name, 'x86_64') ?? 0, args });
  return Object.values(action).join(' ');
}

/** A profile of rules for one call. */
const profile = (syscalls: unknown, more: object = {}) =>
  JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls, ...more });
const on = (index: number, op: string, value: number) => ({ index, value, op });
const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW' };

describe('fromOci', () => {
  it('returns the policy that crun loads', () => {
    const { policy: made, unsaid } = fromOci(small, { runtime: 'crun' });
    expect(answer(made, 'read')).toBe('allow');
    expect(answer(made, 'mount')).toBe('errno EPERM');
    expect(answer(made, 'clone3')).toBe('errno ENOSYS');
    expect([answer(made, 'personality', 8n), answer(made, 'personality', 1n)]).toEqual(['allow', 'errno EPERM']);
    expect([answer(made, 'clone', 0x11n), answer(made, 'clone', 0x1000_0000n)]).toEqual(['allow', 'errno EPERM']);
    expect(made.unknown).toEqual(errno('EPERM'));
    expect([made.foreign, made.x32]).toEqual([{ action: 'kill-thread' }, { action: 'kill-thread' }]);
    expect(unsaid.map(({ path }) => path)).toEqual(['syscalls[0].names[5]', '(number)']);
  });

  it('answers calls newer than the profile as runc does', () => {
    const { policy: made } = fromOci(small, { runtime: 'runc' });
    // futex_waitv, 449, is the last that the profile names.
    expect([answer(made, 'openat2'), answer(made, 'cachestat')]).toEqual(['errno EPERM', 'errno ENOSYS']);
    expect(made.unknown).toEqual(errno('ENOSYS'));
  });

  it('turns "and" into "or" if an argument occurs twice, as the runtimes do', () => {
    const args = [on(1, 'SCMP_CMP_GE', 5), on(1, 'SCMP_CMP_LE', 3)];
    const { policy: made } = fromOci(profile([{ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args }]), {
      runtime: 'crun',
    });
    expect(['2', '4', '6'].map((value) => answer(made, 'ioctl', 0n, BigInt(value)))).toEqual([
      'allow',
      'errno EPERM',
      'allow',
    ]);
  });

  it('applies a rule without conditions to the whole call, at any place', () => {
    const rules = [
      { names: ['ioctl'], action: 'SCMP_ACT_ALLOW' },
      { names: ['ioctl'], action: 'SCMP_ACT_LOG', args: [on(1, 'SCMP_CMP_EQ', 1)] },
    ];
    for (const order of [rules, rules.toReversed()]) {
      expect(answer(fromOci(profile(order), { runtime: 'crun' }).policy, 'ioctl', 0n, 1n)).toBe('allow');
    }
  });

  it('reads a name that a rule repeats thousands of times once', () => {
    const args = Array.from({ length: 48 }, (_, value) => on(0, 'SCMP_CMP_EQ', value));
    const [once, often] = [1, 4096].map((length) => {
      const names = Array.from({ length }, () => 'ioctl');
      return fromOci(profile([{ names, action: 'SCMP_ACT_ALLOW', args }]), { runtime: 'crun' }).policy;
    });
    expect(often).toEqual(once);
  });

  it('reads numbers of 64 bits exactly', () => {
    const text = profile([{ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [on(1, 'SCMP_CMP_EQ', 1)] }]).replace(
      '"value":1',
      '"value":18446744073709551615',
    );
    const { policy: made } = fromOci(text, { runtime: 'crun' });
    expect([answer(made, 'ioctl', 0n, 2n ** 64n - 1n), answer(made, 'ioctl', 0n, 2n ** 64n - 2n)]).toEqual([
      'allow',
      'errno EPERM',
    ]);
  });

  it("reads the rules of Docker's form that apply to a container", () => {
    const denied = { action: 'SCMP_ACT_ERRNO', errno: 'EACCES', errnoRet: 1 };
    const rules = [
      { ...rule, args: null, comment: '', includes: {}, excludes: {} },
      { names: ['bpf'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_BPF'] } },
      { names: ['bpf'], ...denied, excludes: { caps: ['CAP_BPF'] } },
      { names: ['arch_prctl'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['amd64', 'x32'] } },
      { names: ['chroot'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_CHROOT'], minKernel: '4.8' } },
      { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['s390x'] } },
    ];
    const archMap = [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ];
    const text = JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrno: 'ENOTNAM', archMap, syscalls: rules });
    const { policy: made } = fromOci(text, { runtime: 'crun' });
    const calls = ['read', 'bpf', 'arch_prctl', 'chroot', 'mount'];
    expect(calls.map((name) => answer(made, name))).toEqual([
      'allow',
      'errno EACCES',
      'allow',
      'allow',
      'errno ENOTNAM',
    ]);
    expect(made.architectures.toSorted()).toEqual(['i386', 'x86_64']);
    const { policy: other, unsaid } = fromOci(text, { machine: 'aarch64', caps: ['CAP_BPF'] });
    expect(evaluate(other, 'aarch64', { number: syscallNumber('bpf', 'aarch64') ?? -1, args: [] }).action.action).toBe(
      'allow',
    );
    expect([other.architectures, other.foreign, unsaid[0]?.what]).toEqual([
      ['aarch64'],
      { action: 'allow' },
      expect.stringContaining('calls of SCMP_ARCH_ARM are answered by the rules there, and all let through here'),
    ]);
  });

  it('is never stricter than a profile that lists x32, and ignores tables of other machines', () => {
    const of = (...more: readonly string[]) =>
      fromOci(profile([rule], { architectures: ['SCMP_ARCH_X86_64', ...more] }), { runtime: 'crun' });
    expect(of('SCMP_ARCH_X32').policy.x32).toEqual({ action: 'allow' });
    expect(of('SCMP_ARCH_X32').unsaid[0]?.path).toBe('architectures[1]');
    expect(of('SCMP_ARCH_ARM', 'SCMP_ARCH_PPC64LE')).toEqual(of());
    expect(compare(of('SCMP_ARCH_X32').policy, of().policy).relation).toBe('superset');
  });

  it('reads the only profile of a list of kubectl, and a text with a byte order mark', () => {
    const spec = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule] };
    const items = [{ apiVersion: 'a/v1', kind: 'SeccompProfile', spec }, { kind: 'Pod' }];
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    expect(fromOci(list)).toEqual(fromOci(JSON.stringify(spec)));
    expect(fromOci(`\uFEFF${JSON.stringify(spec)}`)).toEqual(fromOci(JSON.stringify(spec)));
  });

  it('says in one line which calls runc answers by their number on some architectures only', () => {
    const { unsaid } = fromOci(profile([rule], { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] }));
    const stubs = unsaid.filter(({ path }) => path === '(stub)');
    expect(stubs).toHaveLength(1);
    expect(stubs[0]?.what).toMatch(/^\d+ calls have numbers above .* ENOSYS on these: .*fork/);
  });

  it('reads an object of the operator as the file that it becomes', () => {
    const spec = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }] };
    const kind = { apiVersion: 'security-profiles-operator.x-k8s.io/v1beta1', kind: 'SeccompProfile' };
    const given = { ...kind, metadata: { name: 'a', labels: { b: 'c' } }, spec, status: { status: 'Installed' } };
    const crun = { runtime: 'crun' } as const;
    expect(fromOci(JSON.stringify(given), crun)).toEqual(fromOci(JSON.stringify(spec), crun));
    const long = JSON.stringify({
      ...given,
      spec: { ...spec, syscalls: [{ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [on(1, 'SCMP_CMP_EQ', 7)] }] },
    });
    const { policy: exact } = fromOci(long.replace('"value":7', '"value":18446744073709551615'), crun);
    expect(answer(exact, 'ioctl', 0n, 2n ** 64n - 1n)).toBe('allow');
    expect(answer(exact, 'ioctl', 0n, 2n ** 64n - 2n)).toBe('errno EPERM');
  });

  it.each<[what: string, given: object, path: string]>([
    ['another object', { kind: 'Pod' }, 'kind'],
    ['one without a spec', { spec: undefined }, 'spec'],
    [
      'a key of the runtime that the operator has none of',
      { spec: { defaultAction: 'SCMP_ACT_LOG', arch: [] } },
      'spec.arch',
    ],
    ['a mistake in the spec', { spec: { defaultAction: 'SCMP_ACT_NO' } }, 'spec.defaultAction'],
    [
      'one that builds on another',
      { spec: { defaultAction: 'SCMP_ACT_LOG', baseProfileName: 'b' } },
      'spec.baseProfileName',
    ],
    ['one that nothing loads', { spec: { defaultAction: 'SCMP_ACT_LOG', disabled: true } }, 'spec.disabled'],
  ])('refuses of the operator: %s', (_what, given, path) => {
    const all = { apiVersion: 'a/v1', kind: 'SeccompProfile', ...given };
    expect(() => fromOci(JSON.stringify(all), { runtime: 'crun' })).toThrow(
      expect.objectContaining({ code: 'invalid-profile', path }),
    );
  });

  it.each<[what: string, text: string, path: string]>([
    ['no JSON', '{', '(document)'],
    ['a key twice', '{"defaultAction":"SCMP_ACT_ALLOW","defaultAction":"SCMP_ACT_ERRNO"}', '(document)'],
    ['a document that is nested a million deep', '['.repeat(500_000) + ']'.repeat(500_000), '(document)'],
    ['a document of two million characters', `"${'a'.repeat(2_000_000)}"`, '(document)'],
    ['no default', '{}', 'defaultAction'],
    [
      'more rules than a policy has, before it compares them',
      profile(
        Array.from({ length: 400 }, (_, errnoRet) => ({
          names: ['ioctl'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: errnoRet + 2,
          args: Array.from({ length: 11 }, () => on(0, 'SCMP_CMP_EQ', errnoRet)),
        })),
      ),
      'syscalls',
    ],
    ['an unknown action', '{"defaultAction":"SCMP_ACT_MAYBE"}', 'defaultAction'],
    [
      "Docker's list of architectures beside that of a runtime",
      profile([], { archMap: [], architectures: [] }),
      'archMap',
    ],
    ["a mistake in Docker's own keys", profile([{ ...rule, includes: { cap: [] } }]), 'syscalls[0].includes.cap'],
    ["an unknown error in Docker's form", profile([{ ...rule, errno: 'EWRONG' }]), 'syscalls[0].errno'],
    ['YAML', 'apiVersion: v1\nkind: SeccompProfile\n', '(document)'],
    [
      'a list with two profiles',
      JSON.stringify({ kind: 'List', items: [{ kind: 'SeccompProfile' }, { kind: 'SeccompProfile' }] }),
      'items',
    ],
    ['an error of zero', profile([{ names: ['read'], action: 'SCMP_ACT_ERRNO', errnoRet: 0 }]), 'syscalls[0].errnoRet'],
    [
      'an argument that there is none of',
      profile([{ names: ['read'], action: 'SCMP_ACT_ALLOW', args: [on(6, 'SCMP_CMP_EQ', 0)] }]),
      'syscalls[0].args[0].index',
    ],
    [
      'a number of 65 bits',
      profile([{ names: ['read'], action: 'SCMP_ACT_ALLOW', args: [on(0, 'SCMP_CMP_EQ', 7)] }]).replace(
        '"value":7',
        '"value":18446744073709551616',
      ),
      'syscalls[0].args[0].value',
    ],
    [
      'a number of a thousand digits',
      profile([{ names: ['read'], action: 'SCMP_ACT_ALLOW', args: [on(0, 'SCMP_CMP_EQ', 7)] }]).replace(
        '"value":7',
        `"value":${'9'.repeat(1000)}`,
      ),
      'syscalls[0].args[0].value',
    ],
    [
      'a negative number',
      profile([{ names: ['read'], action: 'SCMP_ACT_ALLOW', args: [on(0, 'SCMP_CMP_EQ', -1)] }]),
      'syscalls[0].args[0].value',
    ],
    [
      'an order that libseccomp chooses',
      profile([
        { names: ['ioctl'], action: 'SCMP_ACT_ALLOW', args: [on(1, 'SCMP_CMP_GT', 1)] },
        { names: ['ioctl'], action: 'SCMP_ACT_LOG', args: [on(1, 'SCMP_CMP_LT', 5)] },
      ]),
      'syscalls',
    ],
    ['an architecture that is a word', profile([], { architectures: ['x86-64'] }), 'architectures[0]'],
  ])('names the place of %s', (_what, text, path) => {
    const before = performance.now();
    expect(() => fromOci(text, { runtime: 'runc' })).toThrow(
      expect.objectContaining({ code: 'invalid-profile', path }),
    );
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

describe('toOci', () => {
  /** What a profile says by itself of other tables. */
  const there = { foreign: 'kill-thread', x32: 'kill-thread', architectures: ['x86_64'] } as const;

  it.each<[string, SeccompOptions]>([
    ...baseNames.map((base): [string, SeccompOptions] => [base, { base, ...there }]),
    [
      'ranges',
      {
        base: 'allow-all',
        rules: [{ syscall: 'mmap', when: [arg(1).lt64(7), arg(2).ge32(5)], action: errno('EPERM') }],
        ...there,
      },
    ],
    [
      'an order of rules',
      {
        base: 'deny-all',
        rules: [
          { syscall: 'ioctl', when: [arg(1).eq64(3)], action: 'log' },
          { syscall: 'ioctl', when: [arg(1).maskedEq64(1, 1)], action: 'allow' },
        ],
        ...there,
      },
    ],
  ])('answers as the policy does: %s', (_what, options) => {
    const made = policy(options);
    const { document, unsaid } = toOci(made);
    expect(compare(fromOci(document, { runtime: 'crun' }).policy, made)).toMatchObject({ relation: 'equal' });
    expect(unsaid.map(({ path }) => path)).toEqual(['(number)']);
  });

  it('lists what a profile cannot express', () => {
    const { unsaid } = toOci({ base: 'network-client', architectures: ['x86_64'] });
    expect(unsaid.map(({ path }) => path)).toEqual(['foreign', 'x32', '(number)']);
  });

  it('refuses what would be too many rules', () => {
    const when = [0, 1, 2].map((index) => arg(index).lt64(0x5555_5555_5555_5555n));
    const rules = [{ syscall: 'mmap', when, action: errno('EPERM') }];
    expect(() => toOci({ base: 'allow-all', rules, ...there })).toThrow(
      expect.objectContaining({ code: 'inexpressible' }),
    );
  });
});

describe('what a profile says of i386, and what it does not say', () => {
  const written = (more: object, ...syscalls: readonly object[]) =>
    JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86_64'], syscalls, ...more });
  const both = { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'] };
  const denied = (name: string, more: object = {}) => ({ names: [name], action: 'SCMP_ACT_ERRNO', ...more });
  const notes = (document: string) => fromOci(document).unsaid.map(({ path, what }) => `${path}: ${what}`);

  it('compares the expected result of a mask under the mask, as libseccomp does', () => {
    const args = [{ index: 0, value: 0x7e02_0000, valueTwo: 0x1_0000, op: 'SCMP_CMP_MASKED_EQ' }];
    const made = fromOci(written({}, denied('clone', { args })), { runtime: 'crun' }).policy;
    expect([answer(made, 'clone', 0n), answer(made, 'clone', 0x2_0000n)]).toEqual(['errno EPERM', 'allow']);
  });

  it.each([
    [
      'calls in one call whose rules differ',
      written(both, denied('socket', { args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] }), {
        names: ['socket'],
        action: 'SCMP_ACT_LOG',
        args: [{ index: 0, value: 9, op: 'SCMP_CMP_EQ' }],
      }),
      'socketcall: socket of i386 has the loosest answer',
    ],
    [
      'arguments of more than 32 bits',
      written(both, denied('personality', { args: [{ index: 0, value: 2 ** 32 + 8, op: 'SCMP_CMP_EQ' }] })),
      'lower half',
    ],
    ['flags', written({ flags: ['SECCOMP_FILTER_FLAG_LOG'] }), 'flags[0]: SECCOMP_FILTER_FLAG_LOG'],
    [
      'a call with two actions',
      written({}, denied('read'), denied('read', { errnoRet: 7 })),
      'syscalls[1]: an earlier rule',
    ],
  ])('names %s', (_, document, note) => expect(notes(document).join('; ')).toContain(note));

  it('names nothing of the kind for x86-64 alone: the twin', () => {
    expect(notes(written({}, denied('socket'))).filter((note) => !note.startsWith('(number)'))).toEqual([]);
  });

  it('writes no profile for i386 whose rules about arguments libseccomp would read otherwise', () => {
    const given = {
      base: 'allow-all',
      rules: [{ syscall: 'personality', when: [arg(0).eq64(8)], action: errno('EPERM') }],
    } as const;
    expect(() => toOci({ ...given, architectures: ['x86_64', 'i386'] })).toThrow('which i386 compares in another way');
    expect(toOci({ ...given, architectures: ['x86_64'] }).document).toContain('personality');
  });
});
