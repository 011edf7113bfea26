import { describe, expect, it } from 'vitest';

import { decodeProgram, instructionSize, maxInstructions, run } from '../bpf/bpf.js';
import { architectures } from '../tables/architectures.js';
import { compileFor } from './compile.js';
import { plan } from '../plan.js';
import { policy } from '../policy/policy.js';
import { newProofKey } from '../policy/proof-key.js';
import { proofLength, proofOf } from './proof.js';
import { syscallNumber } from '../tables/syscalls.js';

const key = 0x1234_5678_8000_0001n;
const [operation, flags] = [0x8000_0001n, 0x1234_5678n];
/** SECCOMP_RET_ERRNO with EHWPOISON. */
const proven = 0x0005_0000 + 133;
const machines = ['x86_64', 'aarch64', 'riscv64'] as const;

describe('newProofKey', () => {
  it('is not an existing operation, and is different each time', () => {
    const keys = Array.from({ length: 100 }, newProofKey);
    expect(new Set(keys).size).toBe(100);
    for (const one of keys) expect(one & 0x8000_0000n).toBe(0x8000_0000n);
    expect(keys.every((one) => one < 1n << 64n)).toBe(true);
  });
});

describe.each(machines)('a proof for %s', (machine) => {
  const nr = syscallNumber('seccomp', machine) ?? -1;
  const { audit: arch } = architectures[machine];
  const made = policy({ base: 'deny-dangerous' });
  const { bytes, length } = compileFor(made, machine);
  const proof = proofOf(machine, key, length) ?? new Uint8Array();
  const program = decodeProgram(Buffer.concat([proof, bytes]));
  const plain = decodeProgram(bytes);

  it('answers its own call, with any upper halves', () => {
    expect(proof).toHaveLength(proofLength * instructionSize);
    expect(run(program, { nr, arch, args: [operation, flags] }).returned).toBe(proven);
    expect(run(program, { nr, arch, args: [(7n << 32n) | operation, flags] }).returned).toBe(proven);
  });

  it.each([
    ['another operation', nr, [1n, flags]],
    ['other flags', nr, [operation, 0n]],
    ['another call', nr + 1, [operation, flags]],
    ['an ordinary call', syscallNumber('openat', machine) ?? -1, []],
    ['a call that is denied', syscallNumber('reboot', machine) ?? -1, []],
    ['an unknown call', 100_000, [operation, flags]],
  ])('leaves %s to the filter', (_name, number, args) => {
    const call = { nr: number, arch, args };
    expect(run(program, call).returned).toBe(run(plain, call).returned);
    expect(run(program, call).returned).not.toBe(proven);
  });
});

describe('a record', () => {
  const support = {
    state: 'available',
    machine: 'x86_64',
    actions: ['errno', 'kill-process', 'allow'],
    flags: ['tsync'],
    noNewPrivs: true,
    filters: 0,
  } as const;
  const made = policy({ base: 'deny-dangerous' });

  it('has a proof if one is requested, and a flag for it', () => {
    const [without, with_] = [plan(made, support).record, plan(made, support, { proofKey: key }).record];
    expect([without[2], with_[2]]).toEqual([0, 1]);
    expect(with_.length - without.length).toBe(proofLength * instructionSize);
    expect(with_.subarray(16 + proofLength * instructionSize)).toEqual(without.subarray(16));
  });

  it('has none if both together exceed the kernel’s limit', () => {
    expect(proofOf('x86_64', key, maxInstructions - proofLength)).toBeDefined();
    expect(proofOf('x86_64', key, maxInstructions - proofLength + 1)).toBeUndefined();
  });
});
