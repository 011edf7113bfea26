import type { Instruction } from '../../src/bpf/bpf.js';

/** A program with one instruction changed a little. */
export function mistaken(program: readonly Instruction[], next: (below: number) => number): readonly Instruction[] {
  const changed = [...program];
  const at = next(program.length);
  const one = program[at];
  if (one === undefined) return program;
  const bit = { ...one, k: (one.k ^ (1 << next(32))) >>> 0 };
  const isJump = one.op.startsWith('j') && one.op !== 'ja';
  changed[at] = isJump
    ? ([{ ...one, jt: one.jf, jf: one.jt }, { ...one, jt: one.jt + 1 }, { ...one, op: 'jgt' } as const, bit][next(4)] ??
      bit)
    : bit;
  return changed;
}
