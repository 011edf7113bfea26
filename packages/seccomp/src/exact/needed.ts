import { type AnyInstruction, BPF_A, BPF_TXA, BPF_X, classes, jumps, modes, placesAfter } from '../bpf/any-program.js';

/** Bits for what an instruction needs: the accumulator, the index register, and each word of the memory. */
export const accumulator = 1;
export const indexRegister = 2;
const memoryBit = (word: number): number => 4 << word;

/** Whether a word of the memory is needed. */
export const needsMemory = (needed: number, word: number): boolean => (needed & memoryBit(word)) !== 0;

/**
 * Returns for each instruction the registers that can still matter when it is reached. Positions that differ only in
 * other registers are the same.
 */
export function neededAt(program: readonly AnyInstruction[]): readonly number[] {
  const needed = Array.from(program, () => 0);
  for (let index = program.length - 1; index >= 0; index--) {
    const instruction = program[index];
    if (instruction === undefined) continue;
    const after = placesAfter(instruction, index).reduce((all, place) => all | (needed[place] ?? 0), 0);
    const { uses, sets } = effectOf(instruction);
    needed[index] = (after & ~sets) | uses;
  }
  return needed;
}

interface Effect {
  readonly uses: number;
  readonly sets: number;
}

function effectOf({ code, k }: AnyInstruction): Effect {
  const byIndex = (code & BPF_X) === 0 ? 0 : indexRegister;
  const isMemory = (code & 0xe0) === modes.mem;
  switch (code & 7) {
    case classes.ld:
      return { uses: isMemory ? memoryBit(k) : 0, sets: accumulator };
    case classes.ldx:
      return { uses: isMemory ? memoryBit(k) : 0, sets: indexRegister };
    case classes.st:
      return { uses: accumulator, sets: memoryBit(k) };
    case classes.stx:
      return { uses: indexRegister, sets: memoryBit(k) };
    case classes.alu:
      return { uses: accumulator | byIndex, sets: accumulator };
    case classes.jmp:
      return { uses: (code & 0xf0) === jumps.ja ? 0 : accumulator | byIndex, sets: 0 };
    case classes.ret:
      return { uses: (code & BPF_A) === 0 ? 0 : accumulator, sets: 0 };
    default:
      return (code & BPF_TXA) === 0
        ? { uses: accumulator, sets: indexRegister }
        : { uses: indexRegister, sets: accumulator };
  }
}
