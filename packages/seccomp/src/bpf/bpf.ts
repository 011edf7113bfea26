/**
 * The part of classic BPF that seccomp filters use (`Documentation/networking/filter.rst`, seccomp(2)): instructions of
 * eight bytes over `struct seccomp_data`, little-endian on every architecture of this package.
 */

/** Operation codes. Jumps compare the accumulator, unsigned. */
const opcodes = {
  load: 0x20, // BPF_LD | BPF_W | BPF_ABS
  and: 0x54, // BPF_ALU | BPF_AND | BPF_K
  ja: 0x05, // BPF_JMP | BPF_JA
  jeq: 0x15, // BPF_JMP | BPF_JEQ | BPF_K
  jgt: 0x25, // BPF_JMP | BPF_JGT | BPF_K
  jge: 0x35, // BPF_JMP | BPF_JGE | BPF_K
  jset: 0x45, // BPF_JMP | BPF_JSET | BPF_K
  ret: 0x06, // BPF_RET | BPF_K
} as const;

/** Name of an operation. */
export type Opcode = keyof typeof opcodes;

const names: ReadonlyMap<number, Opcode> = new Map(
  (Object.keys(opcodes) as Opcode[]).map((name) => [opcodes[name], name]),
);

/** One instruction, `struct sock_filter`. */
export interface Instruction {
  readonly op: Opcode;
  /** Instructions to skip if the comparison holds, 0 to 255. */
  readonly jt: number;
  /** Instructions to skip if it does not. */
  readonly jf: number;
  readonly k: number;
}

/** `BPF_MAXINSNS`: the kernel's limit on a filter. */
export const maxInstructions = 4096;

/** Bytes of an instruction. */
export const instructionSize = 8;

/** `SECCOMP_RET_DATA`: the bits of a returned number beside the action. */
export const dataMask = 0xffff;

/** Offsets in `struct seccomp_data`. */
export const dataOffsets = { nr: 0, arch: 4, instructionPointer: 8, args: 16 } as const;

/**
 * Encodes a program in the kernel's format.
 *
 * @throws RangeError if a number does not fit its field, which would silently change it
 */
export function encodeProgram(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * instructionSize);
  const view = new DataView(bytes.buffer);
  for (const [index, { op, jt, jf, k }] of program.entries()) {
    const at = index * instructionSize;
    if (jt > 0xff || jf > 0xff || k > 0xffff_ffff) throw new RangeError(`instruction ${index} is out of range`);
    view.setUint16(at, opcodes[op], true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  }
  return bytes;
}

/**
 * Decodes a program.
 *
 * @throws RangeError if its length is not a multiple of eight, or it contains an operation that filters do not use
 */
export function decodeProgram(bytes: Uint8Array): readonly Instruction[] {
  if (bytes.length % instructionSize !== 0)
    throw new RangeError(`${bytes.length} bytes are not a whole number of instructions`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / instructionSize }, (_, index): Instruction => {
    const at = index * instructionSize;
    const op = names.get(view.getUint16(at, true));
    if (op === undefined) throw new RangeError(`unknown operation 0x${view.getUint16(at, true).toString(16)}`);
    return { op, jt: view.getUint8(at + 2), jf: view.getUint8(at + 3), k: view.getUint32(at + 4, true) };
  });
}

/** What a filter sees of a call, `struct seccomp_data`; the instruction pointer is left out. */
export interface CallData {
  /** The number, unsigned 32 bits. */
  readonly nr: number;
  /** `AUDIT_ARCH_*`. */
  readonly arch: number;
  /** Up to six arguments, 64 bits each; missing ones are 0. */
  readonly args: readonly bigint[];
}

/** The result of a run. */
export interface Run {
  /** What the program returned: `SECCOMP_RET_*` and its data. */
  readonly returned: number;
  /** Index of each executed instruction, in order. */
  readonly trace: readonly number[];
}

/**
 * Runs a program on a call, as the kernel's interpreter does.
 *
 * @throws RangeError if it leaves the program or reads outside the data; the kernel would not have loaded it
 */
export function run(program: readonly Instruction[], data: CallData): Run {
  const words = wordsOf(data);
  const trace: number[] = [];
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const instruction = program[at];
    if (instruction === undefined) throw new RangeError(`the program ran past its end, to ${at}`);
    const { op, jt, jf, k } = instruction;
    trace.push(at);
    if (op === 'ret') return { returned: k, trace };
    if (op === 'load') accumulator = wordAt(words, k);
    else if (op === 'and') accumulator = (accumulator & k) >>> 0;
    else if (op === 'ja') at += k;
    else at += comparisons[op]?.(accumulator, k) === true ? jt : jf;
  }
}

/** The comparisons. */
const comparisons: Readonly<Record<string, (accumulator: number, k: number) => boolean>> = {
  jeq: (accumulator, k) => accumulator === k,
  jgt: (accumulator, k) => accumulator > k,
  jge: (accumulator, k) => accumulator >= k,
  jset: (accumulator, k) => (accumulator & k) !== 0,
};

function wordsOf({ nr, arch, args }: CallData): Uint32Array {
  const words = new Uint32Array(16);
  words[0] = nr;
  words[1] = arch;
  for (const [index, argument] of args.entries()) {
    words[4 + index * 2] = Number(argument & 0xffff_ffffn);
    words[5 + index * 2] = Number((argument >> 32n) & 0xffff_ffffn);
  }
  return words;
}

function wordAt(words: Uint32Array, offset: number): number {
  const word = offset % 4 === 0 ? words[offset / 4] : undefined;
  if (word === undefined) throw new RangeError(`the program reads outside of the data, at ${offset}`);
  return word;
}
