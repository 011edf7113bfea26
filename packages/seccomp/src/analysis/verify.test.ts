import { describe, expect, it, vi } from 'vitest';

import { decodeProgram, encodeProgram, type Instruction } from '../bpf/bpf.js';
import { compile, programFor } from '../compiler/compile.js';
import { encodeAction, errno } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import type { SeccompOptions } from '../policy/options.js';
import { policy } from '../policy/policy.js';
import { baseNames } from '../policy/presets.js';
import { describeCall, type Proof, verify } from './index.js';

vi.mock('../compiler/layout.js', { spy: true });

const onX86 = { architectures: ['x86_64'] } as const;
const typing: SeccompOptions = {
  base: 'allow-all',
  rules: [{ syscall: 'ioctl', when: [arg(1).eq32(0x5412)], action: errno('EPERM') }],
  ...onX86,
};

/** What a filter of a policy for x86-64 says once its instructions have been changed. */
function changed(options: SeccompOptions, change: (program: Instruction[]) => Instruction[]): Proof {
  const { bytes } = programFor(compile(policy(options)), 'x86_64');
  const program = change([...decodeProgram(bytes)]);
  return verify({ machine: 'x86_64', bytes: encodeProgram(program) }, options);
}

/** The call and the answers of a proof that failed. */
function shown(proof: Proof): string {
  if (proof.proved) return 'proved';
  const [wanted, found] = [proof.wanted, proof.found].map((action) => Object.values(action).join(' '));
  return `${describeCall(proof.call)}: ${found} instead of ${wanted}`;
}

/** Changes each instruction that is as told. */
const replaced = (from: Partial<Instruction>, to: Partial<Instruction>) => (program: Instruction[]) =>
  program.map((one) => {
    const isMeant = (from.op === undefined || from.op === one.op) && from.k === one.k;
    return isMeant ? { ...one, ...to } : one;
  });

describe('verify', () => {
  it.each(baseNames)('proves the filter of %s, on every architecture', (base) => {
    const made = policy({ base, architectures: ['x86_64', 'i386', 'aarch64', 'riscv64'] });
    expect(verify(compile(made), made)).toEqual({ proved: true, paths: expect.any(Number) });
  });

  it('finds a comparison that junk in the upper half passes by', () => {
    const wide: SeccompOptions = {
      ...typing,
      rules: [{ syscall: 'ioctl', when: [arg(1).eq64(0x5412)], action: errno('EPERM') }],
    };
    expect(shown(verify(compile(policy(wide)), typing))).toBe(
      'x86_64 ioctl(0x0, 0x100005412, 0x0, 0x0, 0x0, 0x0): allow instead of errno EPERM',
    );
  });

  it('finds an architecture that is not checked', () => {
    const proof = changed(typing, replaced({ k: 0xc000_003e }, { jf: 2 }));
    expect(shown(proof)).toBe('architecture 0x0 call 0(0x0, 0x0, 0x0, 0x0, 0x0, 0x0): allow instead of kill-process');
  });

  it('finds the second table of x86-64 left open', () => {
    const open = compile(policy({ ...typing, x32: 'allow' }));
    expect(shown(verify(open, typing))).toBe(
      'x86_64 call 1073741824(0x0, 0x0, 0x0, 0x0, 0x0, 0x0): allow instead of errno ENOSYS',
    );
  });

  it('finds a bound that is one off', () => {
    const options: SeccompOptions = {
      ...typing,
      rules: [{ syscall: 'lseek', when: [arg(1).ge64(0x1_0000_0005n)], action: errno('EPERM') }],
    };
    expect(shown(changed(options, replaced({ op: 'jge', k: 5 }, { op: 'jgt' })))).toBe(
      'x86_64 lseek(0x0, 0x100000005, 0x0, 0x0, 0x0, 0x0): allow instead of errno EPERM',
    );
  });

  it('finds a wrong error', () => {
    const proof = changed(typing, replaced({ k: encodeAction(errno('EPERM')) }, { k: encodeAction(errno('EACCES')) }));
    expect(shown(proof)).toBe('x86_64 ioctl(0x0, 0x5412, 0x0, 0x0, 0x0, 0x0): errno EACCES instead of errno EPERM');
  });

  it('finds a wrong answer after all rules', () => {
    const options: SeccompOptions = { ...typing, denied: errno('EACCES'), deny: ['ioctl'] };
    const proof = changed(
      options,
      replaced({ k: encodeAction(errno('EACCES')) }, { k: encodeAction({ action: 'allow' }) }),
    );
    expect(shown(proof)).toBe('x86_64 ioctl(0x0, 0x0, 0x0, 0x0, 0x0, 0x0): allow instead of errno EACCES');
  });

  it('treats an unknown action as a kill, as the kernel does', () => {
    const deadly: SeccompOptions = { ...typing, foreign: 'kill-process' };
    expect(changed(deadly, replaced({ k: 0x8000_0000 }, { k: 0x1234_0000 }))).toMatchObject({ proved: true });
    expect(shown(changed(deadly, replaced({ k: 0x8000_0000 }, { k: 0 })))).toContain(
      'kill-thread instead of kill-process',
    );
  });

  it('fails for a program of an unknown machine', () => {
    const { bytes } = programFor(compile(policy(typing)), 'x86_64');
    const program = { machine: 'amd64', bytes } as unknown as Parameters<typeof verify>[0];
    expect(() => verify(program, typing)).toThrow('unknown machine "amd64"');
    expect(verify({ machine: 'x86_64', bytes }, typing)).toMatchObject({ proved: true });
  });

  it('fails if the filter has no program for a machine', () => {
    const both = policy({ base: 'allow-all', architectures: ['x86_64', 'aarch64'] });
    expect(() => verify(compile(policy({ base: 'allow-all', ...onX86 })), both)).toThrow(
      expect.objectContaining({ code: 'no-program' }),
    );
  });

  it('proves rules on every argument that no list of their cases could hold', () => {
    // Each rule asks for a bit of all six arguments: the cases to tell apart are 2 to the power of 192.
    const rules = Array.from({ length: 32 }, (_, bit) => ({
      syscall: 'ioctl',
      when: [0, 1, 2, 3, 4, 5].map((index) => arg(index).maskedNe32(2 ** bit, 0)),
      action: errno(bit + 1),
    }));
    const made = policy({ base: 'allow-all', rules, ...onX86 });
    expect(verify(compile(made), made)).toMatchObject({ proved: true });
  });
});

describe('a filter of nearly 4,096 instructions', () => {
  it.each<[what: string, rules: number, when: (index: number) => readonly Condition[]]>([
    ['32-bit values of one argument', 3900, (index) => [arg(1).eq32(index * 7)]],
    ['64-bit values of one argument', 988, (index) => [arg(1).eq64(BigInt(index) * 0x1_0000_0003n)]],
    ['values and flags', 988, (index) => [arg(1).eq32(index * 7), arg(2).maskedNe32(index, 0)]],
  ])('of %s is proved in 100 ms of a processor', (_what, count, when) => {
    const rules = Array.from({ length: count }, (_, index) => ({
      syscall: 'ioctl',
      when: when(index + 1),
      action: errno((index % 3) + 1),
    }));
    const made = policy({ base: 'allow-all', rules, ...onX86 });
    const filter = compile(made);
    expect(programFor(filter, 'x86_64').length).toBeGreaterThan(3900);
    // The best of some, since the machine has other work too.
    let best = Infinity;
    for (let run = 0; run < 12 && best >= 100; run++) {
      const before = process.cpuUsage();
      expect(verify(filter, made)).toMatchObject({ proved: true });
      best = Math.min(best, process.cpuUsage(before).user / 1000);
    }
    expect(best).toBeLessThan(100);
  });
});

describe('compile', () => {
  it('returns nothing that is not proved', async () => {
    const layout = await import('../compiler/layout.js');
    const { layOut } = await vi.importActual<typeof layout>('../compiler/layout.js');
    vi.mocked(layout.layOut).mockImplementation((entry) =>
      layOut(entry).map((one) =>
        one.op === 'jeq' && one.k === 0x5412 ? Object.assign(one, { jt: one.jf, jf: one.jt }) : one,
      ),
    );
    const refused = expect.objectContaining({
      code: 'not-proved',
      message: expect.stringContaining('would answer x86_64 ioctl(0x0, 0x0, 0x0, 0x0, 0x0, 0x0) with errno EPERM'),
    });
    expect(() => compile(policy(typing))).toThrow(refused);
    vi.mocked(layout.layOut).mockImplementation(layOut);
    expect(compile(policy(typing)).programs).toHaveLength(1);
  });
});
