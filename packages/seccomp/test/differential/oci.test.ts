/* What `fromOci` says a runtime loads, against the program that libseccomp makes when it is called as crun calls it. */
import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compare, fromOci, fromSystemd } from '../../src/analysis/index.js';
import { decodeProgram, run } from '../../src/bpf/bpf.js';
import { compileFor } from '../../src/compiler/compile.js';
import { architectureNames, architectures } from '../../src/tables/architectures.js';
import { syscallNames, syscallNumber } from '../../src/tables/syscalls.js';
import { everyCall, nameOf, type TableCall } from '../support/every-call.js';
import { buildReference, compileReference, type ReferenceRule } from '../support/reference.mjs';

const operators = [
  '',
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
];
const EPERM = 0x0005_0001;
const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_ALLOW: 0x7fff_0000,
  SCMP_ACT_LOG: 0x7ffc_0000,
  SCMP_ACT_ERRNO: EPERM,
};

interface Entry {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly {
    readonly index: number;
    readonly value: number;
    readonly valueTwo?: number;
    readonly op: string;
  }[];
}

/** In the form of Docker's default profile, with its surprises. */
const syscalls: readonly Entry[] = [
  { names: ['read', 'write', 'openat', 'exit_group', 'futex', 'mmap', 'not_a_call'], action: 'SCMP_ACT_ALLOW' },
  { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ' }] },
  { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0xffff_ffff, op: 'SCMP_CMP_EQ' }] },
  {
    names: ['clone'],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 0, value: 0x7e02_0000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
  },
  {
    names: ['socket'],
    action: 'SCMP_ACT_ALLOW',
    args: [
      { index: 0, value: 40, op: 'SCMP_CMP_NE' },
      { index: 1, value: 5, op: 'SCMP_CMP_LE' },
    ],
  },
  { names: ['ioctl'], action: 'SCMP_ACT_LOG', args: [{ index: 1, value: 9, op: 'SCMP_CMP_GT' }] },
  { names: ['ioctl'], action: 'SCMP_ACT_ALLOW' },
  { names: ['ptrace'], action: 'SCMP_ACT_ERRNO' },
];
const profile = JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', architectures: ['SCMP_ARCH_AARCH64'], syscalls });

function rulesOf({ names, action, args = [] }: Entry): readonly ReferenceRule[] {
  const when = args.map(
    ({ index, value, valueTwo = 0, op }) => [index, operators.indexOf(op), BigInt(value), BigInt(valueTwo)] as const,
  );
  const known = names.filter((name) => name !== 'not_a_call');
  return action === 'SCMP_ACT_ERRNO' ? [] : known.map((syscall) => ({ syscall, action: actions[action] ?? 0, when }));
}

describe.skipIf(missing('linux', 'libseccomp'))('an OCI profile', () => {
  const folder = temporaryFolder();
  const reference = folder.file('reference');
  beforeAll(() => buildReference(reference));
  afterAll(() => folder[Symbol.dispose]());

  it('is the policy that libseccomp makes of it, for every call', () => {
    const filter = {
      arch: architectures.aarch64.audit,
      otherwise: EPERM,
      foreign: 0,
      rules: syscalls.flatMap(rulesOf),
    };
    const { programs, remarks } = compileReference(reference, [filter]);
    const { policy, unsaid } = fromOci(profile, { runtime: 'crun' });
    expect(remarks).toEqual([]);
    expect(unsaid.map(({ path }) => path)).toEqual(['syscalls[0].names[6]']);
    const program = { machine: 'aarch64', bytes: programs[0] ?? new Uint8Array() } as const;
    expect(compare(policy, program)).toMatchObject({ relation: 'equal' });
    const looser = fromOci(profile.replace('"value":5', '"value":6'), { runtime: 'crun' });
    expect(compare(looser.policy, program)).toMatchObject({
      relation: 'superset',
      onlyA: { syscall: 'socket', args: [0n, 6n, 0n, 0n, 0n, 0n] },
    });
  });

  it('names each call that this libseccomp does not know, and that the policy has', () => {
    const isHere = (name: string) => architectureNames.some((one) => syscallNumber(name, one) !== undefined);
    const rules = syscallNames()
      .filter(isHere)
      .map((syscall) => ({ syscall, action: EPERM, when: [] }));
    const filter = { arch: architectures.x86_64.audit, otherwise: 0x7fff_0000, foreign: 0, rules };
    const { remarks } = compileReference(reference, [filter]);
    const unknown = remarks.flatMap((remark) => /^unknown (\S+)$/.exec(remark)?.[1] ?? []);
    const noted = (name: string) => {
      const document = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: [name], action: 'SCMP_ACT_ERRNO' }] };
      const unit = `SystemCallArchitectures=native\nSystemCallFilter=~${name}`;
      return [fromOci(JSON.stringify(document)), fromSystemd(unit)].map(({ unsaid }) =>
        unsaid.some(({ what }) => what.includes('which skips it')),
      );
    };
    // A newer library knows them all.
    expect(unknown.filter((name) => noted(name).includes(false))).toEqual([]);
    expect([noted('file_setattr'), noted('ptrace')]).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  /** Sockets and IPC that i386 makes through other calls, by name and by their arguments. */
  const bundled: readonly Entry[] = [
    { names: ['read', 'accept', 'accept4', 'shmget', 'send'], action: 'SCMP_ACT_ALLOW' },
    { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 40, op: 'SCMP_CMP_NE' }] },
    { names: ['connect'], action: 'SCMP_ACT_LOG', args: [{ index: 1, value: 7, op: 'SCMP_CMP_EQ' }] },
    { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 9, op: 'SCMP_CMP_EQ' }] },
    { names: ['mount', 'listen'], action: 'SCMP_ACT_LOG' },
    // The first of two without conditions counts.
    { names: ['mount', 'listen'], action: 'SCMP_ACT_ALLOW' },
  ];

  it.each([[bundled], [[...bundled, { names: ['socketcall', 'ipc'], action: 'SCMP_ACT_LOG' }]]])(
    'is what libseccomp makes of it with i386 beside x86-64',
    (entries) => {
      const both = { arch: architectures.x86_64.audit, also: architectures.i386.audit };
      const filter = { ...both, otherwise: EPERM, foreign: 0, rules: entries.flatMap(rulesOf) };
      const [theirs = new Uint8Array()] = compileReference(reference, [filter]).programs;
      const document = {
        defaultAction: 'SCMP_ACT_ERRNO',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
        syscalls: entries,
      };
      const { policy, unsaid } = fromOci(JSON.stringify(document), { runtime: 'crun' });
      expect(unsaid.map(({ path }) => path)).toEqual(['syscalls[5]', '(number)']);
      const [ours, other] = [compileFor(policy, 'x86_64').bytes, theirs].map(decodeProgram);
      const answer = (program: typeof ours, call: TableCall) =>
        program === undefined ? -1 : run(program, call).returned;
      const wrong = everyCall.filter((call) => answer(ours, call) !== answer(other, call));
      expect(wrong.map(nameOf)).toEqual([]);
    },
  );
});
