import { dataOffsets } from '../bpf/bpf.js';
import { syscallTable } from '../tables/syscalls.js';
import { type Architecture, architectureNames, architectures, type Machine } from '../tables/architectures.js';
import { firstLevel, wordBits } from './call-words.js';
import type { Diagram, Diagrams } from './diagrams.js';

/** An example call: what a filter sees of it, and its name. */
export interface WitnessCall {
  /** The machine of the kernel that sees it. */
  readonly machine: Machine;
  /** `AUDIT_ARCH_*`. */
  readonly audit: number;
  /** The architecture's name, if it has one here. */
  readonly arch?: Architecture;
  /** The number, unsigned 32 bits. */
  readonly number: number;
  /** The call's name, if the number has one. */
  readonly syscall?: string;
  /** All six arguments. */
  readonly args: readonly bigint[];
  /** The address of the call; 0 unless a program tests it. */
  readonly instructionPointer: bigint;
}

/**
 * Returns the smallest call of a set: by architecture, then by number, then by the arguments from first to last.
 *
 * @param set - not empty
 */
export function smallestCall(diagrams: Diagrams, set: Diagram, machine: Machine): WitnessCall {
  const ones = new Set<number>();
  for (let node = set; !diagrams.isLeaf(node);) {
    const level = diagrams.levelOf(node);
    const low = diagrams.low(node, level);
    if (low === diagrams.nothing) ones.add(level);
    node = low === diagrams.nothing ? diagrams.high(node, level) : low;
  }
  const word = (offset: number): number => {
    const first = firstLevel(offset);
    return Array.from({ length: wordBits }, (_, at) => first + at).reduce(
      (value, level) => value * 2 + (ones.has(level) ? 1 : 0),
      0,
    );
  };
  const long = (offset: number) => (BigInt(word(offset + 4)) << 32n) | BigInt(word(offset));
  const [audit, number] = [word(dataOffsets.arch), word(dataOffsets.nr)];
  const arch = architectureNames.find((name) => architectures[name].audit === audit);
  const syscall = arch === undefined ? undefined : syscallTable(arch).get(number);
  return {
    machine,
    audit,
    ...(arch === undefined ? {} : { arch }),
    number,
    ...(syscall === undefined ? {} : { syscall }),
    args: [0, 1, 2, 3, 4, 5].map((index) => long(dataOffsets.args + index * 8)),
    instructionPointer: long(dataOffsets.instructionPointer),
  };
}

/** Returns the value of a function for one call. */
export function valueAt(diagrams: Diagrams, diagram: Diagram, call: WitnessCall): number {
  const words = wordsOf(call);
  let node = diagram;
  while (!diagrams.isLeaf(node)) {
    const level = diagrams.levelOf(node);
    const word = words[Math.floor(level / wordBits)] ?? 0;
    const isSet = ((word >>> (wordBits - 1 - (level % wordBits))) & 1) === 1;
    node = isSet ? diagrams.high(node, level) : diagrams.low(node, level);
  }
  return diagrams.valueOf(node);
}

/** The words of a call in the order of their levels. */
function wordsOf({ audit, number, args, instructionPointer }: WitnessCall): readonly number[] {
  const halves = (value: bigint) => [Number(value >> 32n), Number(value & 0xffff_ffffn)];
  const words: number[] = [];
  const put = (offset: number, ...values: readonly number[]) =>
    values.forEach((value, index) => (words[firstLevel(offset) / wordBits + index] = value));
  put(dataOffsets.arch, audit);
  put(dataOffsets.nr, number);
  for (const [index, value] of args.entries()) put(dataOffsets.args + index * 8 + 4, ...halves(value));
  put(dataOffsets.instructionPointer + 4, ...halves(instructionPointer));
  return words;
}

/** Returns a call as text, for instance `x86_64 ioctl(0x0, 0x5412, 0x0, 0x0, 0x0, 0x0)`. */
export function describeCall({ arch, audit, syscall, number, args, instructionPointer }: WitnessCall): string {
  const whose = arch ?? `architecture 0x${audit.toString(16)}`;
  const from = instructionPointer === 0n ? '' : ` from 0x${instructionPointer.toString(16)}`;
  const shown = args.map((value) => `0x${value.toString(16)}`).join(', ');
  return `${whose} ${syscall ?? `call ${number}`}(${shown})${from}`;
}
