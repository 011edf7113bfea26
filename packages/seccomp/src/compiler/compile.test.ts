import { fewOrMany } from '@sb/test-kit';
import { describe, expect, it, vi } from 'vitest';

import { kernelObjections } from '../../test/support/kernel-checker.js';
import { errno } from '../policy/actions.js';
import { hotCalls } from '../tables/argument-kinds.js';
import { decodeProgram, encodeProgram, run } from '../bpf/bpf.js';
import { compile, programFor } from './compile.js';
import { arg, type Condition } from '../policy/conditions.js';
import { Graph } from './graph.js';
import { policy } from '../policy/policy.js';
import type { SeccompOptions } from '../policy/options.js';
import { baseNames, presets } from '../policy/presets.js';
import { simulate } from '../analysis/simulate.js';
import { syscallTable } from '../tables/syscalls.js';

const machines = ['x86_64', 'aarch64', 'riscv64'] as const;
const many = (count: number): SeccompOptions => ({
  base: 'allow-all',
  rules: Array.from({ length: count }, (_, index) => ({
    syscall: index % 2 === 0 ? 'ioctl' : 'prctl',
    when: [arg(1).eq32(index)],
    action: errno((index % 4000) + 1),
  })),
});

describe('compile', () => {
  it.each(baseNames.flatMap((base) => machines.map((machine) => [base, machine] as const)))(
    'compiles %s to a program that the kernel accepts on %s, far below its limit',
    (base, machine) => {
      const { bytes, length, notes } = programFor(compile(policy({ base })), machine);
      const program = decodeProgram(bytes);
      expect(kernelObjections(program)).toEqual([]);
      expect(program).toHaveLength(length);
      expect(notes).toHaveLength(length);
      expect(length).toBeLessThan(256);
    },
  );

  it('checks the architecture before anything else', () => {
    const [first, second] = decodeProgram(programFor(compile(policy({ base: 'allow-all' })), 'x86_64').bytes);
    expect(first).toMatchObject({ op: 'load', k: 4 });
    expect(second).toMatchObject({ op: 'jeq', k: 0xc000_003e });
  });

  it('finds every call with about log2 of the calls in comparisons', () => {
    for (const base of baseNames) {
      const filter = compile(policy({ base }));
      const withRules = new Set([...presets[base].rules.map(({ syscall }) => syscall), 'socket', 'socketpair']);
      for (const machine of machines) {
        const counts = [...syscallTable(machine).values()]
          .filter((name) => !withRules.has(name))
          .map((syscall) => simulate(filter, { syscall, arch: machine }).instructions);
        expect(counts.length).toBeGreaterThan(300);
        expect(Math.max(...counts)).toBeLessThanOrEqual(13);
      }
    }
  });

  it('tests no argument of a hot call, so the kernel can cache it', () => {
    // sendto is not hot for a client that downloads; network-client has to look at its flags.
    for (const base of baseNames) {
      const filter = compile(policy({ base }));
      for (const machine of machines) {
        const program = decodeProgram(programFor(filter, machine).bytes);
        // Leases, and who gets a descriptor's signals, are arguments of fcntl; there is no other call to filter instead.
        const excepted = presets[base].rules.length > 0 ? 'fcntl' : undefined;
        const hot = [...syscallTable(machine).values()].filter((name) => hotCalls.has(name) && name !== excepted);
        expect(hot.length).toBeGreaterThan(20);
        for (const syscall of hot) {
          const { trace } = simulate(filter, { syscall, arch: machine });
          const loads = trace.filter((index) => program[index]?.op === 'load' && (program[index]?.k ?? 0) >= 16);
          expect(loads, `${base} ${syscall}`).toEqual([]);
        }
      }
    }
  });

  it('shares the ends', () => {
    const program = decodeProgram(programFor(compile(policy({ base: 'deny-dangerous' })), 'x86_64').bytes);
    const returns = program.filter(({ op }) => op === 'ret').map(({ k }) => k);
    expect(new Set(returns).size).toBeGreaterThanOrEqual(5);
    expect(returns.length).toBeLessThanOrEqual(new Set(returns).size + 1);
  });

  it('bridges jumps of more than 255 instructions', () => {
    const filter = compile(policy(many(1500)));
    for (const { bytes, machine } of filter.programs) {
      expect(kernelObjections(decodeProgram(bytes))).toEqual([]);
      for (const index of [0, 1, 2, 255, 256, 700, 1498, 1499]) {
        const call = { syscall: index % 2 === 0 ? 'ioctl' : 'prctl', args: [0, index], arch: machine };
        expect(simulate(filter, call)).toMatchObject({ rule: `rules[${index}]` });
      }
      expect(simulate(filter, { syscall: 'read', arch: machine }).instructions).toBeLessThan(12);
    }
  });

  it('places jumps of every length around what one can skip', () => {
    // Ends that are all different keep the last one at a distance that grows with the number of rules.
    for (let count = 100; count < 280; count += fewOrMany(6, 1)) {
      const rules = many(count * 2).rules?.filter(({ syscall }) => syscall === 'ioctl') ?? [];
      const filter = compile(policy({ base: 'allow-all', rules, architectures: ['x86_64'] }));
      const program = decodeProgram(programFor(filter, 'x86_64').bytes);
      expect(kernelObjections(program)).toEqual([]);
      for (const index of [0, count - 1]) {
        expect(simulate(filter, { syscall: 'ioctl', args: [0, index * 2] }).rule).toBe(`rules[${index}]`);
      }
      expect(simulate(filter, { syscall: 'ioctl', args: [0, count * 2] }).action.action).toBe('allow');
    }
  });

  it('refuses to emit more than 4,096 instructions', () => {
    expect(() => compile(policy(many(4096)))).toThrow(
      expect.objectContaining({ code: 'program-too-long', layer: 'seccomp', step: 'compile' }),
    );
  });

  it.each<[string, (index: number) => readonly Condition[]]>([
    ['of a value each', (index) => [arg(1).eq32(index)]],
    ['of a mask each', (index) => [arg(1).maskedEq32(index * 2 + 1, 1), arg(2).maskedEq64(index * 2 + 1, 1)]],
    ['of many conditions', (index) => Array.from({ length: 48 }, (_, at) => arg(at % 6).gt64(index * 48 + at))],
  ])('refuses thousands of rules %s on one call after bounded work', (_name, when) => {
    const steps = ['ret', 'load', 'and', 'test'] as const;
    const spies = steps.map((step) => vi.spyOn(Graph.prototype, step));
    const rules = Array.from({ length: 4096 }, (_, index) => ({
      syscall: 'ioctl',
      when: when(index),
      action: errno((index % 4000) + 1),
    }));
    expect(() => compile(policy({ base: 'allow-all', rules }))).toThrow(
      expect.objectContaining({ code: 'program-too-long' }),
    );
    const asked = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    vi.restoreAllMocks();
    // About one for each of the 4,096 instructions; before work was bounded, it was up to ten million.
    expect(asked).toBeGreaterThan(4096);
    expect(asked).toBeLessThan(20 * 4096);
  });

  it('emits a program of exactly the kernel’s limit, and refuses one more', () => {
    const lengthOf = (count: number) => {
      try {
        return compile(policy({ ...many(count), architectures: ['x86_64'] })).programs[0]?.length ?? 0;
      } catch (error) {
        expect(error).toMatchObject({ code: 'program-too-long' });
        return Number.POSITIVE_INFINITY;
      }
    };
    let [fits, breaks] = [1500, 4096];
    while (breaks - fits > 1) {
      const middle = (fits + breaks) >> 1;
      if (lengthOf(middle) <= 4096) fits = middle;
      else breaks = middle;
    }
    // A rule adds a comparison and an end.
    expect(lengthOf(fits)).toBeGreaterThanOrEqual(4095);
    expect(lengthOf(fits)).toBeLessThanOrEqual(4096);
    expect(lengthOf(fits + 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('makes one program for a machine, with i386 in it if it is listed', () => {
    const filter = compile(policy({ base: 'deny-all', allow: ['read'], architectures: ['i386', 'x86_64'] }));
    expect(filter.programs.map(({ machine, architectures }) => [machine, architectures])).toEqual([
      ['x86_64', ['x86_64', 'i386']],
    ]);
    expect(simulate(filter, { syscall: 'read', arch: 'i386' }).action.action).toBe('allow');
    expect(simulate(filter, { syscall: 3, arch: 'x86_64' }).action.action).toBe('errno');
    expect(() => programFor(filter, 'aarch64')).toThrow(expect.objectContaining({ code: 'no-program' }));
  });

  it('checks policies that did not come from policy()', () => {
    const forged = { ...policy({ base: 'deny-all' }), denied: { action: 'permit' } };
    expect(() => compile(forged as never)).toThrow(expect.objectContaining({ code: 'invalid-policy' }));
  });
});

describe('the interpreter', () => {
  it('encodes no number that does not fit', () => {
    const ret = { op: 'ret', jt: 0, jf: 0, k: 0 } as const;
    expect(encodeProgram([{ ...ret, k: 0xffff_ffff }])).toHaveLength(8);
    for (const wrong of [{ jt: 256 }, { jf: 256 }, { k: 2 ** 32 }]) {
      expect(() => encodeProgram([{ ...ret, ...wrong }])).toThrow(RangeError);
    }
  });

  it('refuses to leave the program or the data', () => {
    const data = { nr: 0, arch: 0, args: [] };
    expect(() => run([{ op: 'ja', jt: 0, jf: 0, k: 5 }], data)).toThrow(RangeError);
    expect(() => run([{ op: 'load', jt: 0, jf: 0, k: 64 }], data)).toThrow(RangeError);
    expect(() => run([{ op: 'load', jt: 0, jf: 0, k: 2 }], data)).toThrow(RangeError);
    expect(() => decodeProgram(new Uint8Array(9))).toThrow(RangeError);
    expect(() => decodeProgram(new Uint8Array(8).fill(0xff))).toThrow(RangeError);
  });
});
