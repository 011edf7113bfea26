import {
  type AnyInstruction,
  arithmetic,
  BPF_A,
  BPF_TXA,
  BPF_X,
  classes,
  jumps,
  modes,
  readProgram,
} from '../bpf/any-program.js';
import { decodeAction, describeAction } from '../policy/actions.js';
import { meaningOf } from '../exact/meaning.js';

const nameIn = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(table).find((name) => table[name] === value) ?? `0x${value.toString(16)}`;
const hex = (value: number): string => `0x${value.toString(16)}`;

/**
 * Returns a listing of any filter's bytes: the index of each instruction, what it does, and where it continues. `A` is
 * the accumulator, `X` the index register, `M[n]` a word of the program's memory, `[n]` the word of the call at that
 * offset.
 *
 * @param bytes - `struct sock_filter` each, little-endian
 * @throws SeccompError `invalid-program`
 */
export function disassemble(bytes: Uint8Array): string {
  const program = readProgram(bytes);
  return `${program.map((one, index) => `${String(index).padStart(5)}  ${textOf(one, index)}`).join('\n')}\n`;
}

function textOf(instruction: AnyInstruction, index: number): string {
  const { code, jt, jf, k } = instruction;
  const operand = (code & BPF_X) === 0 ? hex(k) : 'X';
  switch (code & 7) {
    case classes.ld:
      return `load  A = ${loadedText(code, k)}`;
    case classes.ldx:
      return `load  X = ${loadedText(code, k)}`;
    case classes.st:
      return `store M[${k}] = A`;
    case classes.stx:
      return `store M[${k}] = X`;
    case classes.alu:
      return `${nameIn(arithmetic, code & 0xf0).padEnd(5)} ${(code & 0xf0) === arithmetic.neg ? 'A' : operand}`;
    case classes.jmp:
      if ((code & 0xf0) === jumps.ja) return `ja    ${index + 1 + k}`;
      return `${nameIn(jumps, code & 0xf0).padEnd(5)} ${operand} ? ${index + 1 + jt} : ${index + 1 + jf}`;
    case classes.ret:
      return (code & BPF_A) === 0 ? `ret   ${describeAction(decodeAction(meaningOf(k)))}` : 'ret   A';
    default:
      return (code & BPF_TXA) === 0 ? 'move  X = A' : 'move  A = X';
  }
}

function loadedText(code: number, k: number): string {
  const mode = code & 0xe0;
  if (mode === modes.abs) return `[${k}]`;
  if (mode === modes.len) return 'length';
  return mode === modes.mem ? `M[${k}]` : hex(k);
}
