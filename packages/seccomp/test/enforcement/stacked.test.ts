/*
 * The algebra against the kernel: two filters loaded one above the other answer as their intersection does, and the
 * filter of each result as it was worked out. In a spawned process, by calls that do nothing whatever their arguments are.
 */
import { writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

import { compileC, fewOrMany, missing, temporaryFolder } from '@sb/test-kit';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { difference, intersect, union } from '../../src/analysis/index.js';
import { compileFor } from '../../src/compiler/compile.js';
import { type Action, arg, evaluate, policy, type SeccompOptions, type SeccompPolicy } from '../../src/index.js';
import { encodeAction } from '../../src/policy/actions.js';
import { thisMachine } from '../../src/tables/architectures.js';
import { syscallNumber } from '../../src/tables/syscalls.js';
import { action, condition, random } from '../property/arbitraries.js';
import { nobody } from '../support/confine.js';

const seed = Date.now() % 2 ** 31;
const pairs = fewOrMany(10, 150);
const machine = thisMachine() ?? 'x86_64';
const harmless = ['getppid', 'getuid', 'geteuid', 'getgid', 'getegid', 'gettid'] as const;
/** -1 and its like, and numbers that rules are likely to be about. */
const values = [
  0n,
  1n,
  2n,
  0x5412n,
  0x10000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  2n ** 64n - 1n,
];

const rule = fc.record({ syscall: fc.constantFrom(...harmless), when: fc.array(condition, { maxLength: 3 }), action });
const made: fc.Arbitrary<SeccompOptions> = fc.record({
  base: fc.constant('allow-all' as const),
  rules: fc.array(rule, { minLength: 1, maxLength: 8 }),
  deny: fc.subarray([...harmless], { maxLength: 2 }),
  architectures: fc.constant([machine]),
});

interface Call {
  readonly number: number;
  readonly args: readonly bigint[];
}

interface Job {
  readonly filters: readonly SeccompPolicy[];
  readonly calls: readonly Call[];
}

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (...all: readonly bigint[]) => Buffer.from(BigUint64Array.from(all).buffer);

function bytesOf({ filters, calls }: Job): Buffer {
  const programs = filters.map((one) => compileFor(one, machine));
  return Buffer.concat([
    u32(programs.length),
    ...programs.flatMap(({ bytes, length }) => [u32(length), bytes]),
    u32(calls.length),
    ...calls.map(({ number, args }) => u64(BigInt(number), ...args)),
  ]);
}

/** What the kernel makes of an action where nobody traces or supervises: seccomp(2). */
function seen(said: Action): number {
  const bits = encodeAction(said);
  const data = bits & 0xffff;
  switch (said.action) {
    case 'allow':
    case 'log':
      return 0;
    case 'errno':
      return data;
    case 'trap':
      return 0x1_0000 + data;
    case 'trace':
    case 'user-notify':
      return 38;
    case 'kill-process':
    case 'kill-thread':
      return 0x2_0000;
  }
}

describe.skipIf(missing('linux', 'root'))('the algebra, under the kernel', () => {
  const folder = temporaryFolder();
  const program = folder.file('stacked');
  beforeAll(async () => {
    await compileC(program, { from: import.meta.url, sources: ['../native/stacked.c'] });
    return () => folder[Symbol.dispose]();
  });

  function answers(jobs: readonly Job[]): readonly number[] {
    const input = folder.file('jobs');
    writeFileSync(input, Buffer.concat(jobs.map(bytesOf)));
    const { stdout, status, stderr } = spawnSync(program, [input], { ...nobody, maxBuffer: 1 << 28 });
    expect([status, stderr.toString()]).toEqual([0, '']);
    return [...new Uint32Array(Uint8Array.from(stdout).buffer)];
  }

  const calls = (next: (below: number) => number, count: number): readonly Call[] =>
    Array.from({ length: count }, () => ({
      number: syscallNumber(harmless[next(harmless.length)] ?? 'getppid', machine) ?? 0,
      args: Array.from({ length: 6 }, () => values[next(values.length)] ?? 0n),
    }));

  it('makes calls that are let through, fail, trap and kill', () => {
    const rules = [
      { syscall: 'getppid', when: [arg(0).eq32(1)], action: { action: 'errno', errno: 'EHWPOISON' } },
      { syscall: 'getppid', when: [arg(0).eq32(2)], action: { action: 'trap', data: 7 } },
      { syscall: 'getppid', when: [arg(0).eq32(3)], action: 'kill-process' },
      { syscall: 'getppid', when: [arg(0).eq32(4)], action: 'user-notify' },
    ] as const;
    const number = syscallNumber('getppid', machine) ?? 0;
    const tried = [0n, 1n, 2n, 3n, 4n, 5n].map((first) => ({ number, args: [first, 0n, 0n, 0n, 0n, 0n] }));
    const control = { filters: [policy({ base: 'allow-all', architectures: [machine] })], calls: tried };
    const denied = { filters: [policy({ base: 'allow-all', rules, architectures: [machine] })], calls: tried };
    expect(answers([control, denied])).toEqual([0, 0, 0, 0, 0, 0, 0, 133, 0x1_0007, 0x2_0000, 38, 0]);
  });

  it(`predicts ${pairs} pairs of filters together and alone (seed ${seed})`, { timeout: 1_200_000 }, () => {
    const next = random(seed);
    const sample = fc.sample(fc.tuple(made, made), { numRuns: pairs, seed });
    const jobs = sample.flatMap(([one, other]) => {
      const [a, b] = [policy(one), policy(other)];
      const tried = calls(next, 40);
      const results = [intersect, union, difference].map((work) => work(a, b));
      const [both = a] = results;
      const alone = results.map((result) => ({ filters: [result], calls: tried, wanted: result }));
      return [{ filters: [a, b], calls: tried, wanted: both }].concat(alone);
    });
    const wanted = jobs.flatMap((job) => job.calls.map((call) => seen(evaluate(job.wanted, machine, call).action)));
    const found = answers(jobs);
    expect(found).toHaveLength(wanted.length);
    const wrong = found.findIndex((answer, index) => answer !== wanted[index]);
    expect([wrong, found[wrong], wanted[wrong]]).toEqual([-1, undefined, undefined]);
    // Most kinds of answers came, so that few were right in vain; the test above sees each.
    expect(
      new Set(found.map((answer) => (answer >= 0x1_0000 ? answer & 0x3_0000 : Math.min(answer, 1)))).size,
    ).toBeGreaterThan(2);
  });
});
