/* Programs as policies: proved equal, or refused. */
import { describe, expect, it } from 'vitest';

import { compileFor } from '../compiler/compile.js';
import { arg, errno, policy, type SeccompOptions } from '../index.js';
import { baseNames } from '../policy/presets.js';
import type { Machine } from '../tables/architectures.js';
import { compare, fromProgram } from './index.js';

const program = (options: SeccompOptions, machine: Machine = 'x86_64') => ({
  machine,
  bytes: compileFor(policy(options), machine).bytes,
});

describe('fromProgram', () => {
  it.each(
    [...baseNames].flatMap((base) => (['x86_64', 'aarch64'] as const).map((machine) => [base, machine] as const)),
  )('gives back what %s says on %s', (base, machine) => {
    const read = fromProgram(program({ base }, machine));
    expect(read.architectures).toEqual([machine]);
    expect(compare(read, policy({ base, architectures: [machine] }))).toMatchObject({ relation: 'equal' });
  });

  it('gives back rules in either width, and both tables of a machine', () => {
    const rules = [
      { syscall: 'ioctl', when: [arg(1).eq32(0x5412)], action: errno('EPERM') },
      { syscall: 'mmap', when: [arg(1).ge64(0x7_0000_0007n), arg(2).maskedEq32(4, 4)], action: errno('EACCES') },
    ];
    const given = { base: 'deny-dangerous', rules, x32: 'kill-thread', foreign: 'log' } as const;
    expect(compare(fromProgram(program(given)), policy({ ...given, architectures: ['x86_64'] })).relation).toBe(
      'equal',
    );
    const both = { base: 'allow-all', deny: ['mount', 'socket'], architectures: ['x86_64', 'i386'] } as const;
    expect(compare(fromProgram(program(both)), both).relation).toBe('equal');
  });

  /** `jeq`, `ret` and loads of struct seccomp_data. */
  const bytesOf = (...instructions: readonly (readonly [code: number, jt: number, jf: number, k: number])[]) => {
    const view = new DataView(new ArrayBuffer(instructions.length * 8));
    for (const [at, [code, jt, jf, k]] of instructions.entries()) {
      view.setUint16(at * 8, code, true);
      view.setUint8(at * 8 + 2, jt);
      view.setUint8(at * 8 + 3, jf);
      view.setUint32(at * 8 + 4, k, true);
    }
    return { machine: 'x86_64', bytes: new Uint8Array(view.buffer) } as const;
  };
  const [load, jeq, ret] = [0x20, 0x15, 0x06];

  it('reads a program that never looks at the architecture, and names the tables that it leaves open', () => {
    const read = fromProgram(bytesOf([ret, 0, 0, 0x7fff_0000]));
    expect(read).toMatchObject({
      unknown: { action: 'allow' },
      foreign: { action: 'allow' },
      x32: { action: 'allow' },
    });
  });

  it.each([
    ['tells numbers without a name apart', 0, 5000],
    ['looks at the address of the call', 8, 5000],
    ['denies a number on every architecture', 0, 101],
  ])('refuses a program that %s', (_, offset, value) => {
    const made = bytesOf([load, 0, 0, offset], [jeq, 0, 1, value], [ret, 0, 0, 0], [ret, 0, 0, 0x7fff_0000]);
    expect(() => fromProgram(made)).toThrow(expect.objectContaining({ code: 'inexpressible' }));
  });

  it('refuses bytes that are not a program', () => {
    expect(() => fromProgram({ machine: 'x86_64', bytes: new Uint8Array(7) })).toThrow(
      expect.objectContaining({ code: 'invalid-program' }),
    );
  });
});
