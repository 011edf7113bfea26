/*
 * Any filter run on one call, by the letter of net/core/filter.c's old interpreter: written without the package's own
 * symbolic one, to be compared with it.
 */

/** A call as a filter sees it: `struct seccomp_data` as sixteen words, little-endian halves. */
export type CallWords = Uint32Array;

const arithmetic: Readonly<Record<number, (a: number, operand: number) => number>> = {
  0x00: (a, operand) => a + operand,
  0x10: (a, operand) => a - operand,
  0x20: (a, operand) => Math.imul(a, operand),
  0x30: (a, operand) => Math.floor(a / operand),
  0x40: (a, operand) => a | operand,
  0x50: (a, operand) => a & operand,
  0x60: (a, operand) => a << operand,
  0x70: (a, operand) => a >>> operand,
  0x80: (a) => -a,
  0xa0: (a, operand) => a ^ operand,
};
const comparisons: Readonly<Record<number, (a: number, operand: number) => boolean>> = {
  0x10: (a, operand) => a === operand,
  0x20: (a, operand) => a > operand,
  0x30: (a, operand) => a >= operand,
  0x40: (a, operand) => (a & operand) !== 0,
};

/** What a program returns for a call. */
export function interpret(bytes: Uint8Array, words: CallWords): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memory = new Uint32Array(16);
  /** The accumulator and the index register. */
  const registers = new Uint32Array(2);
  for (let pc = 0; ; pc++) {
    const code = view.getUint16(pc * 8, true);
    const k = view.getUint32(pc * 8 + 4, true);
    const [a = 0, x = 0] = registers;
    const operand = (code & 8) === 0 ? k : x;
    const group = code & 7;
    if (group === 6) return (code & 0x10) === 0 ? k : a;
    if (group === 5) pc += skipped(view, pc, [a, operand]);
    else if (group > 3) registers[group === 7 && (code & 0x80) === 0 ? 1 : 0] = calculated(code, { a, x, operand });
    else if (group > 1) memory[k] = group === 2 ? a : x;
    else registers[group] = loaded(code, k, { words, memory });
  }
}

interface Store {
  readonly words: CallWords;
  readonly memory: Uint32Array;
}

function loaded(code: number, k: number, { words, memory }: Store): number {
  const mode = code & 0xe0;
  if (mode === 0x20) return words[k / 4] ?? Number.NaN;
  if (mode === 0x60) return memory[k] ?? Number.NaN;
  return mode === 0x80 ? 64 : k;
}

interface Operands {
  readonly a: number;
  readonly x: number;
  readonly operand: number;
}

/** What an instruction of arithmetic, or one that moves a register into the other, makes. */
function calculated(code: number, { a, x, operand }: Operands): number {
  if ((code & 7) === 7) return (code & 0x80) === 0 ? a : x;
  return arithmetic[code & 0xf0]?.(a, operand) ?? Number.NaN;
}

/** How many instructions a jump leaves out. */
function skipped(view: DataView, pc: number, [a, operand]: readonly [number, number]): number {
  const isTrue = comparisons[view.getUint16(pc * 8, true) & 0xf0]?.(a, operand);
  return isTrue === undefined ? view.getUint32(pc * 8 + 4, true) : view.getUint8(pc * 8 + (isTrue ? 2 : 3));
}
