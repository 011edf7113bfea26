import type { Diagram, Diagrams } from './diagrams.js';
import { levelOf, wordBits } from './call-words.js';

/** A word whose bits depend on the call: for each bit, from the lowest, the calls in which it is 1. */
export type Bits = readonly Diagram[];

const places = Array.from({ length: wordBits }, (_, bit) => bit);
const isSet = (value: number, bit: number): boolean => ((value >>> bit) & 1) === 1;

/** A word that is the same in every call. */
export function constantBits(diagrams: Diagrams, value: number): Bits {
  return places.map((bit) => (isSet(value, bit) ? diagrams.everything : diagrams.nothing));
}

/** A word of the call itself. @param offset - in `struct seccomp_data` */
export function callBits(diagrams: Diagrams, offset: number): Bits {
  return places.map((bit) => diagrams.node(levelOf(offset, bit), diagrams.nothing, diagrams.everything));
}

/** Returns the number that a word has in every call, or undefined if it depends on the call. */
export function constantOf(diagrams: Diagrams, bits: Bits): number | undefined {
  let value = 0;
  for (const [bit, set] of bits.entries()) {
    if (set === diagrams.everything) value += 2 ** bit;
    else if (set !== diagrams.nothing) return undefined;
  }
  return value;
}

/** An unsigned comparison of words; `set` tests whether any bit is in both. */
export type Relation = 'eq' | 'gt' | 'ge' | 'set';

/** Returns the calls in which a comparison of two words is true. */
export function compared(diagrams: Diagrams, relation: Relation, [a, b]: readonly [a: Bits, b: Bits]): Diagram {
  const { nothing, everything } = diagrams;
  let found = relation === 'eq' || relation === 'ge' ? everything : nothing;
  // From the lowest bit: each higher one outweighs all before it.
  for (const bit of places) {
    const [left, right] = [a[bit] ?? nothing, b[bit] ?? nothing];
    if (relation === 'set') {
      found = diagrams.choose(diagrams.both(left, right), everything, found);
      continue;
    }
    const [ifSet, ifClear] = relation === 'eq' ? [nothing, nothing] : [everything, nothing];
    const where1 = diagrams.choose(right, found, ifSet);
    const where0 = diagrams.choose(right, ifClear, found);
    found = diagrams.choose(left, where1, where0);
  }
  return found;
}

/**
 * Returns the calls in which a comparison of a word with a number is true. Like {@link compared}, but in fewer steps:
 * most comparisons of a filter are of this kind.
 */
export function comparedWith(diagrams: Diagrams, relation: Relation, [bits, number]: readonly [Bits, number]): Diagram {
  const { nothing, everything } = diagrams;
  let found = relation === 'eq' || relation === 'ge' ? everything : nothing;
  const above = relation === 'eq' ? nothing : everything;
  for (const bit of places) {
    const own = bits[bit] ?? nothing;
    const isOne = isSet(number, bit);
    if (relation === 'set') found = isOne ? diagrams.choose(own, everything, found) : found;
    else found = isOne ? diagrams.choose(own, found, nothing) : diagrams.choose(own, above, found);
  }
  return found;
}

/** The bits of both words, of either, or of one of them only. */
export function combined(diagrams: Diagrams, how: 'and' | 'or' | 'xor', [a, b]: readonly [a: Bits, b: Bits]): Bits {
  const { nothing, everything } = diagrams;
  return places.map((bit) => {
    const [left, right] = [a[bit] ?? nothing, b[bit] ?? nothing];
    if (how === 'and') return diagrams.both(left, right);
    if (how === 'or') return diagrams.choose(left, everything, right);
    return diagrams.choose(left, diagrams.without(everything, right), right);
  });
}

/** The sum, modulo 2³². @param carried - whether to add one more */
export function sum(diagrams: Diagrams, [a, b]: readonly [a: Bits, b: Bits], carried = diagrams.nothing): Bits {
  const { nothing, everything } = diagrams;
  const not = (set: Diagram) => diagrams.without(everything, set);
  let carry = carried;
  return places.map((bit) => {
    const [left, right] = [a[bit] ?? nothing, b[bit] ?? nothing];
    const odd = diagrams.choose(left, not(right), right);
    const made = diagrams.choose(odd, not(carry), carry);
    carry = diagrams.choose(odd, carry, left);
    return made;
  });
}

/** The difference, modulo 2³². */
export function difference(diagrams: Diagrams, [a, b]: readonly [a: Bits, b: Bits]): Bits {
  const inverse = b.map((set) => diagrams.without(diagrams.everything, set));
  return sum(diagrams, [a, inverse], diagrams.everything);
}

/** A word shifted by a number of bits, to the left if it is positive. */
export function shifted(diagrams: Diagrams, bits: Bits, by: number): Bits {
  return places.map((bit) => bits[bit - by] ?? diagrams.nothing);
}
