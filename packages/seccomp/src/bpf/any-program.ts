/**
 * Programs of any compiler: every operation that the kernel accepts in a filter (`seccomp_check_filter` in
 * kernel/seccomp.c and `bpf_check_classic` in net/core/filter.c), not only those that the compiler uses.
 */
import { instructionSize, maxInstructions } from './bpf.js';
import { seccompError, type SeccompError } from '../errors.js';

/** One instruction of any filter, `struct sock_filter`. */
export interface AnyInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Classes of `linux/bpf_common.h`: the lowest three bits of a code. */
export const classes = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, ret: 6, misc: 7 } as const;

/** Operations of the class `alu`: the upper half of a code's byte. */
export const arithmetic = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  xor: 0xa0,
} as const;

/** Operations of the class `jmp`. */
export const jumps = { ja: 0x00, jeq: 0x10, jgt: 0x20, jge: 0x30, jset: 0x40 } as const;

/** Modes of the classes `ld` and `ldx`; of size `W`, which is 0. */
export const modes = { imm: 0x00, abs: 0x20, mem: 0x60, len: 0x80 } as const;

/** `BPF_X`: the other operand is the index register. */
export const BPF_X = 0x08;

/** `BPF_A` of the class `ret`, and `BPF_TXA` of the class `misc`. */
export const BPF_A = 0x10;
export const BPF_TXA = 0x80;

/** The number of words of a program's memory, `BPF_MEMWORDS`. */
const memoryWords = 16;

const withEither = (codes: readonly number[], group: number) =>
  codes.flatMap((one) => [group | one, group | one | BPF_X]);

/** Every code that `seccomp_check_filter` accepts. */
const taken: ReadonlySet<number> = new Set([
  ...Object.values(modes).map((mode) => classes.ld | mode),
  ...[modes.imm, modes.mem, modes.len].map((mode) => classes.ldx | mode),
  classes.st,
  classes.stx,
  ...withEither(
    Object.values(arithmetic).filter((one) => one !== arithmetic.neg),
    classes.alu,
  ),
  classes.alu | arithmetic.neg,
  classes.jmp | jumps.ja,
  ...withEither([jumps.jeq, jumps.jgt, jumps.jge, jumps.jset], classes.jmp),
  classes.ret,
  classes.ret | BPF_A,
  classes.misc,
  classes.misc | BPF_TXA,
]);

/** Bits of a word. */
const wordBits = 32;

/** Bytes of `struct seccomp_data`. */
export const dataSize = 64;

/**
 * Reads a program that the kernel would accept.
 *
 * @param bytes - `struct sock_filter` each, little-endian; 1 to 4,096 of them
 * @throws SeccompError `invalid-program`, with the instruction as `path`, if the kernel would refuse it
 */
export function readProgram(bytes: Uint8Array): readonly AnyInstruction[] {
  const length = bytes.length / instructionSize;
  if (!Number.isInteger(length) || length < 1 || length > maxInstructions) {
    throw refusal('(program)', `has ${bytes.length} bytes; it must be 1 to ${maxInstructions} instructions of eight`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const program = Array.from({ length }, (_, index): AnyInstruction => {
    const at = index * instructionSize;
    const [jt, jf] = [view.getUint8(at + 2), view.getUint8(at + 3)];
    return { code: view.getUint16(at, true), jt, jf, k: view.getUint32(at + 4, true) };
  });
  for (const [index, instruction] of program.entries()) {
    const what = objection(instruction, length - index - 2);
    if (what !== undefined) throw refusal(`[${index}]`, what);
  }
  if (((program[length - 1]?.code ?? 0) & 7) !== classes.ret) throw refusal(`[${length - 1}]`, 'does not return');
  refuseUnwrittenMemory(program);
  return program;
}

/** The positions at which an instruction can continue. */
export function placesAfter({ code, jt, jf, k }: AnyInstruction, index: number): readonly number[] {
  if ((code & 7) === classes.ret) return [];
  if ((code & 7) !== classes.jmp) return [index + 1];
  return (code & 0xf0) === jumps.ja ? [index + 1 + k] : [index + 1 + jt, index + 1 + jf];
}

/**
 * As `check_load_and_stores` in net/core/filter.c: every memory word that is read must be written on every path to it.
 */
function refuseUnwrittenMemory(program: readonly AnyInstruction[]): void {
  const written: number[] = program.map((_, index) => (index === 0 ? 0 : 0xffff));
  for (const [index, instruction] of program.entries()) {
    const { code, k } = instruction;
    let known = written[index] ?? 0;
    const isStore = (code & 7) === classes.st || (code & 7) === classes.stx;
    if (isStore) known |= 1 << k;
    else if (usesMemory(code) && (known & (1 << k)) === 0)
      throw refusal(`[${index}]`, `reads unwritten memory word ${k}`);
    for (const place of placesAfter(instruction, index)) written[place] = (written[place] ?? 0) & known;
  }
}

/** Returns why the kernel would refuse an instruction. @param room - how many instructions can be skipped */
function objection(instruction: AnyInstruction, room: number): string | undefined {
  const { code, jt, jf, k } = instruction;
  if (!taken.has(code)) return `is the operation 0x${code.toString(16)}, which filters can't use`;
  if (code === (classes.ld | modes.abs)) {
    return k % 4 === 0 && k < dataSize ? undefined : `loads from ${k}, which is not the offset of a word`;
  }
  if ((code & 7) === classes.jmp) {
    const farthest = (code & 0xf0) === jumps.ja ? k : Math.max(jt, jf);
    return farthest <= room ? undefined : 'jumps out of the program';
  }
  if ((code & 7) === classes.alu) return (code & BPF_X) === 0 ? arithmeticObjection(instruction) : undefined;
  return usesMemory(code) && k >= memoryWords ? `uses memory word ${k}` : undefined;
}

function arithmeticObjection({ code, k }: AnyInstruction): string | undefined {
  const operation = code & 0xf0;
  if (operation === arithmetic.div && k === 0) return 'divides by zero';
  const isShift = operation === arithmetic.lsh || operation === arithmetic.rsh;
  return isShift && k >= wordBits ? `shifts by ${k} bits` : undefined;
}

function usesMemory(code: number): boolean {
  const group = code & 7;
  const isLoad = (group === classes.ld || group === classes.ldx) && (code & 0xe0) === modes.mem;
  return isLoad || group === classes.st || group === classes.stx;
}

function refusal(path: string, what: string): SeccompError {
  return seccompError('invalid-program', 'read', {
    what: path === '(program)' ? `the program ${what}` : `instruction ${path.slice(1, -1)} ${what}`,
    hint: 'Give the bytes as the kernel would take them, for instance from seccomp_export_bpf(3).',
    path,
  });
}
