import { describe, expect, it } from 'vitest';

import { compare } from '../analysis/compare.js';
import { evaluate } from '../analysis/evaluate.js';
import { architectures, machineNames } from '../tables/architectures.js';
import { syscallNumber, syscallTable } from '../tables/syscalls.js';
import { decodeProgram, run } from '../bpf/bpf.js';
import { askingForErrors } from '../compiler/asking.js';
import { compileFor } from '../compiler/compile.js';
import { actionValues, encodeAction, errno } from './actions.js';
import { arg } from './conditions.js';
import type { SeccompOptions } from './options.js';
import { policy } from './policy.js';
import { baseNames } from './presets.js';
import { supervisedPolicy } from './supervised.js';

const calls = ['open', 'openat', 'openat2', 'mkdirat', 'mkdir', 'execve', 'execveat', 'chmod'];
const SET_MODE_FILTER = 1n;

/** Policies whose answers depend on arguments, lists and orders. */
const policies: readonly (readonly [string, SeccompOptions])[] = [
  ...baseNames.map((base) => [base, { base }] as const),
  ['denied by name', { base: 'allow-all', deny: ['openat', 'seccomp'] }],
  ['killed by rule', { base: 'allow-all', rules: [{ syscall: 'seccomp', action: 'kill-process' }] }],
  [
    'denied by argument',
    {
      base: 'deny-dangerous',
      rules: [
        { syscall: 'openat', when: [arg(2).maskedEq32(0o100, 0o100)], action: { action: 'errno', errno: 'EROFS' } },
        { syscall: 'openat', when: [arg(2).maskedEq32(2, 2)], action: 'allow' },
        { syscall: 'openat', when: [arg(3).eq64(7)], action: 'kill-process' },
        { syscall: 'seccomp', when: [arg(1).maskedEq32(1, 1)], action: { action: 'errno', errno: 'EPERM' } },
        { syscall: 'seccomp', when: [arg(0).eq32(1)], action: 'allow' },
      ],
    },
  ],
  ['for two tables', { base: 'deny-dangerous', architectures: ['x86_64', 'i386', 'aarch64', 'riscv64'] }],
  [
    'one exec',
    {
      base: 'deny-dangerous',
      deny: ['execve', 'execveat'],
      rules: [{ syscall: 'execveat', when: [arg(5).eq64(9)], action: 'allow' }],
    },
  ],
];

/** Numbers from 0 to 1, the same in each run (a linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

/** A policy of rules and lists that nobody wrote. */
function anyPolicy(seed: number): SeccompOptions {
  const random = numbers(seed);
  const one = <Value>(list: readonly Value[]): Value => list[Math.floor(random.next().value * list.length)] as Value;
  const actions = ['allow', 'log', 'kill-process', { action: 'errno', errno: 'EPERM' }] as const;
  const conditions = () =>
    Array.from({ length: one([0, 1, 1, 2, 3]) }, () => {
      const argument = arg(one([0, 1, 2, 5]));
      const value = one([0, 1, 8, 9, 64]);
      return one([argument.eq32(value), argument.ne32(value), argument.maskedEq32(8, value & 8), argument.gt64(value)]);
    });
  const rules = Array.from({ length: one([1, 4, 9]) }, () => ({
    syscall: one(['seccomp', 'openat', 'execveat', 'mkdirat', 'clone']),
    when: conditions(),
    action: one(actions),
  }));
  const names = ['seccomp', 'openat', '@file-system', 'io_uring_setup', 'mkdirat'];
  const deny = names.filter(() => one([true, false, false]));
  const allow = names.filter((name) => !deny.includes(name) && one([true, false]));
  return { base: one(baseNames), rules, deny, allow };
}

describe('a supervised policy', () => {
  it('lets nothing through that any policy does not', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const plain = policy(anyPolicy(seed));
      const asked = supervisedPolicy(plain, 'x86_64', calls);
      expect(['equal', 'alike', 'subset'], `seed ${seed}`).toContain(compare(asked, plain).relation);
    }
  });

  it.each(policies)('lets nothing through that the policy does not: %s', (_, options) => {
    const plain = policy(options);
    for (const machine of machineNames) {
      const asked = supervisedPolicy(plain, machine, calls);
      expect(['equal', 'alike', 'subset']).toContain(compare(asked, plain).relation);
    }
  });

  it.each(policies)('asks exactly where the policy allows, and denies as it does: %s', (_, options) => {
    const plain = policy(options);
    const asked = supervisedPolicy(plain, 'x86_64', calls);
    const values = [0n, 1n, 2n, 7n, 9n, 0o100n, 0o102n];
    for (const name of calls) {
      const number = syscallNumber(name, 'x86_64') ?? -1;
      for (const value of values) {
        for (const other of values) {
          const call = { number, args: [value, 0n, value, other, 0n, value] };
          const before = evaluate(plain, 'x86_64', call).action;
          const after = evaluate(asked, 'x86_64', call).action;
          expect(after).toEqual(before.action === 'allow' ? { action: 'user-notify' } : before);
        }
      }
    }
  });

  it.each(policies)('lets no program have a listener: %s', (_, options) => {
    const asked = supervisedPolicy(policy(options), 'x86_64', calls);
    const number = syscallNumber('seccomp', 'x86_64') ?? -1;
    for (const flags of [8n, 9n, 0xfn, 0x28n, 0x1_0000_0008n]) {
      const { action } = evaluate(asked, 'x86_64', { number, args: [SET_MODE_FILTER, flags] });
      expect(action.action).toMatch(/^errno$|^kill-process$/);
    }
    const without = { number, args: [SET_MODE_FILTER, 0n] };
    expect(evaluate(asked, 'x86_64', without).action).toEqual(evaluate(policy(options), 'x86_64', without).action);
  });

  it.each(policies)('asks about sending only where an address is given: %s', (_, options) => {
    const asked = supervisedPolicy(policy(options), 'x86_64', ['sendto']);
    const number = syscallNumber('sendto', 'x86_64') ?? -1;
    const plain = evaluate(policy(options), 'x86_64', { number, args: [3n] }).action;
    const isAllowed = plain.action === 'allow';
    for (const address of [1n, 1n << 32n, 0xffff_0000_0000_0000n]) {
      const { action } = evaluate(asked, 'x86_64', { number, args: [3n, 0n, 1n, 0n, address, 16n] });
      expect(action).toEqual(isAllowed ? { action: 'user-notify' } : plain);
    }
    expect(evaluate(asked, 'x86_64', { number, args: [3n, 7n, 1n, 9n, 0n, 16n] }).action).toEqual(plain);
  });

  it.each(policies)('asks about tracing only where it begins: %s', (_, options) => {
    const asked = supervisedPolicy(policy({ ...options, allow: ['ptrace'] }), 'x86_64', ['ptrace']);
    const number = syscallNumber('ptrace', 'x86_64') ?? -1;
    const actionOf = (request: bigint) => evaluate(asked, 'x86_64', { number, args: [request, 7n] }).action.action;
    expect([16n, 0x4206n].map(actionOf)).toEqual(['user-notify', 'user-notify']);
    expect([0n, 2n, 7n, (1n << 32n) | 16n].map(actionOf)).toEqual(['allow', 'allow', 'allow', 'allow']);
  });

  it('answers EBUSY itself where the policy allows filters', () => {
    const asked = supervisedPolicy(policy({ base: 'deny-dangerous' }), 'x86_64', calls);
    const number = syscallNumber('seccomp', 'x86_64') ?? -1;
    const { action } = evaluate(asked, 'x86_64', { number, args: [SET_MODE_FILTER, 8n] });
    expect(action).toEqual({ action: 'errno', errno: 'EBUSY' });
  });
});

describe('a supervised program', () => {
  it.each(policies)(
    'asks with the error where the policy denies with one, and answers the rest alike: %s',
    (_, options) => {
      const asked = supervisedPolicy(policy(options), 'x86_64', calls);
      const plain = decodeProgram(compileFor(asked, 'x86_64').bytes);
      const asking = decodeProgram(askingForErrors(compileFor(asked, 'x86_64')).bytes);
      const { audit } = architectures.x86_64;
      const kept = new Set([encodeAction(errno('ENOSYS')), encodeAction(errno('EBUSY'))]);
      let denied = 0;
      for (const arch of [audit, architectures.i386.audit, 7]) {
        for (const nr of [...syscallTable('x86_64').keys(), 9999, 0x4000_0001]) {
          for (const value of [0n, 1n, 16n, 0o102n, 1n << 28n]) {
            const call = { nr, arch, args: [value, value, value, value, value, value] };
            const [before, after] = [run(plain, call).returned, run(asking, call).returned];
            const isAsked = before >>> 16 === actionValues.errno >>> 16 && !kept.has(before);
            denied += Number(isAsked);
            expect(after).toBe(isAsked ? actionValues['user-notify'] + (before & 0xffff) : before);
          }
        }
      }
      expect(denied > 0).toBe(options.base !== 'allow-all' || options.deny !== undefined);
    },
  );
});
