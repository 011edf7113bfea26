import { arithmetic, BPF_X, dataSize } from '../bpf/any-program.js';
import {
  type Bits,
  callBits,
  combined,
  compared,
  comparedWith,
  constantBits,
  constantOf,
  difference,
  type Relation,
  shifted,
  sum,
} from './bits.js';
import type { Diagram, Diagrams } from './diagrams.js';
import { tooComplex } from './too-complex.js';

/** Number of a word in {@link Values}: equal words have the same one. */
export type Value = number;

/** The possible contents of registers, each word once, and the results computed from them, each once. */
export class Values {
  /** The word that is zero in every call. */
  readonly zero: Value;
  readonly #diagrams: Diagrams;
  readonly #bits: Bits[] = [];
  readonly #numbers = new Map<string, Value>();
  readonly #results = new Map<string, Value>();
  readonly #sets = new Map<string, Diagram>();

  constructor(diagrams: Diagrams) {
    this.#diagrams = diagrams;
    this.zero = this.constant(0);
  }

  /** The bits of a word. */
  bitsOf(value: Value): Bits {
    return this.#bits[value] ?? [];
  }

  /** A word that is the same in every call. */
  constant(value: number): Value {
    return this.#once(`constant ${value}`, () => constantBits(this.#diagrams, value));
  }

  /** A word of the call. @param offset - in `struct seccomp_data` */
  load(offset: number): Value {
    return this.#once(`load ${offset}`, () => callBits(this.#diagrams, offset));
  }

  /** The length of the data that a filter sees. */
  length(): Value {
    return this.constant(dataSize);
  }

  /** Returns the calls in which a comparison of two words is true. */
  compare(relation: Relation, a: Value, b: Value): Diagram {
    const key = `${relation} ${a} ${b}`;
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = compared(this.#diagrams, relation, [this.bitsOf(a), this.bitsOf(b)]);
      this.#sets.set(key, set);
    }
    return set;
  }

  /** Returns the calls in which a comparison of a word with a number is true. */
  compareWith(relation: Relation, a: Value, number: number): Diagram {
    const key = `${relation} ${a} = ${number}`;
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = comparedWith(this.#diagrams, relation, [this.bitsOf(a), number]);
      this.#sets.set(key, set);
    }
    return set;
  }

  /**
   * Returns the result of an arithmetic instruction on two words.
   *
   * @throws SeccompError `too-complex` for products, quotients and shifts by a value that depends on the call
   */
  calculate(code: number, a: Value, b: Value): Value {
    const operation = code & 0xf0 & ~BPF_X;
    return this.#once(`calculate ${operation} ${a} ${b}`, () =>
      this.#calculated(operation, this.bitsOf(a), this.bitsOf(b)),
    );
  }

  #calculated(operation: number, a: Bits, b: Bits): Bits {
    const diagrams = this.#diagrams;
    switch (operation) {
      case arithmetic.and:
        return combined(diagrams, 'and', [a, b]);
      case arithmetic.or:
        return combined(diagrams, 'or', [a, b]);
      case arithmetic.xor:
        return combined(diagrams, 'xor', [a, b]);
      case arithmetic.add:
        return sum(diagrams, [a, b]);
      case arithmetic.sub:
        return difference(diagrams, [a, b]);
      case arithmetic.neg:
        return difference(diagrams, [constantBits(diagrams, 0), a]);
      default:
        return this.#byConstant(operation, a, constantOf(diagrams, b));
    }
  }

  /** Operations that are computed only if the second word is the same in every call. */
  #byConstant(operation: number, a: Bits, by: number | undefined): Bits {
    const diagrams = this.#diagrams;
    if (by === undefined) throw tooComplex('read');
    // The processor uses only five bits of the shift count.
    if (operation === arithmetic.lsh) return shifted(diagrams, a, by & 31);
    if (operation === arithmetic.rsh) return shifted(diagrams, a, -(by & 31));
    const value = constantOf(diagrams, a);
    if (value === undefined || by === 0) throw tooComplex('read');
    return constantBits(diagrams, operation === arithmetic.mul ? Math.imul(value, by) >>> 0 : Math.floor(value / by));
  }

  #once(key: string, make: () => Bits): Value {
    let value = this.#results.get(key);
    if (value === undefined) this.#results.set(key, (value = this.#numberOf(make())));
    return value;
  }

  #numberOf(bits: Bits): Value {
    const key = bits.join(' ');
    let value = this.#numbers.get(key);
    if (value === undefined) {
      value = this.#bits.push(bits) - 1;
      this.#numbers.set(key, value);
    }
    return value;
  }
}
