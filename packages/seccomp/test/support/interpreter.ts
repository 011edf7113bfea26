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
    const loaded = new Map([
      [0x20, words[k / 4]],
      [0x80, 64],
      [0x60, memory[k]],
    ]);
    if (group < 2) registers[group] = loaded.get(code & 0xe0) ?? k;
    else if (group < 4) memory[k] = group === 2 ? a : x;
    else if (group === 4) registers[0] = arithmetic[code & 0xf0]?.(a, operand) ?? Number.NaN;
    else if (group === 5) pc += skipped(view, pc, [a, operand]);
    else if (group === 6) return (code & 0x10) === 0 ? k : a;
    else if ((code & 0x80) === 0) registers[1] = a;
    else registers[0] = x;
  }
}

/** How many instructions a jump leaves out. */
function skipped(view: DataView, pc: number, [a, operand]: readonly [number, number]): number {
  const isTrue = comparisons[view.getUint16(pc * 8, true) & 0xf0]?.(a, operand);
  return isTrue === undefined ? view.getUint32(pc * 8 + 4, true) : view.getUint8(pc * 8 + (isTrue ? 2 : 3));
}
