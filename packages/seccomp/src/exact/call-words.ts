/**
 * The order of the bits of a call: the architecture, the number, the arguments from first to last, and then the
 * instruction pointer. Each is tested from its highest bit. So the first difference on the way down is the smallest
 * call that differs.
 */
import { dataOffsets } from '../bpf/bpf.js';

/** Bits of a word. */
export const wordBits = 32;

/** Offsets of the words of `struct seccomp_data`, in that order. */
const order: readonly number[] = [
  dataOffsets.arch,
  dataOffsets.nr,
  ...[0, 1, 2, 3, 4, 5].flatMap((index) => [dataOffsets.args + index * 8 + 4, dataOffsets.args + index * 8]),
  dataOffsets.instructionPointer + 4,
  dataOffsets.instructionPointer,
];

const places = new Map(order.map((offset, place) => [offset, place]));

/** Level of the highest bit of a word. @param offset - in `struct seccomp_data` */
export function firstLevel(offset: number): number {
  const place = places.get(offset);
  if (place === undefined) throw new RangeError(`no word starts at ${offset}`);
  return place * wordBits;
}

/** The first level after architecture and number: a function of this level or below depends on arguments only. */
export const argumentsLevel = firstLevel(dataOffsets.args + 4);

/** Level of a bit of a word. @param bit - 0 is the lowest */
export function levelOf(offset: number, bit: number): number {
  return firstLevel(offset) + wordBits - 1 - bit;
}
