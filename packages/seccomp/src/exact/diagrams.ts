import { tooComplex } from './too-complex.js';

/** A function of the bits of a call: a number from its {@link Diagrams}. Equal functions have the same number. */
export type Diagram = number;

/** Level of a function that depends on no bit; below all others. */
const noLevel = 0xffff;

/** Entries of the cache of results; a result that was replaced is computed again. */
const memorySize = 1 << 15;

/** The limit for one question: about two seconds, and 60 MiB. */
const nodesMax = 1 << 21;
const stepsMax = 1 << 25;

/**
 * Ordered and reduced decision diagrams (Bryant, "Graph-Based Algorithms for Boolean Function Manipulation", 1986). A
 * diagram is an exact and canonical function of several hundred bits to numbers: two functions are equal if they are
 * the same diagram. Each node tests the bit of its level; levels ascend on every path down. Sets are functions to 0 and
 * 1.
 */
export class Diagrams {
  /** The empty set. */
  readonly nothing: Diagram;
  /** The set of everything. */
  readonly everything: Diagram;

  #levels: Uint16Array;
  #lows: Uint32Array;
  #highs: Uint32Array;
  #count = 0;
  /** Open addressing; 0 is free, and any other value is a node's number plus one. */
  #table: Uint32Array;
  readonly #leaves = new Map<number, Diagram>();
  readonly #memory = new Uint32Array(4 * memorySize);
  #steps = 0;

  /** @param expected - the expected number of nodes */
  constructor(expected = 1 << 12) {
    const size = 2 ** Math.ceil(Math.log2(Math.min(Math.max(expected, 1 << 12), nodesMax)));
    this.#levels = new Uint16Array(size);
    this.#lows = new Uint32Array(size);
    this.#highs = new Uint32Array(size);
    this.#table = new Uint32Array(size * 4);
    this.nothing = this.leaf(0);
    this.everything = this.leaf(1);
  }

  /** Returns the function that has the same number everywhere. @param value - unsigned, 32 bits */
  leaf(value: number): Diagram {
    let found = this.#leaves.get(value);
    if (found === undefined) this.#leaves.set(value, (found = this.#push(noLevel, value, 0)));
    return found;
  }

  /** Whether a function has the same number everywhere. */
  isLeaf(diagram: Diagram): boolean {
    return this.#levels[diagram] === noLevel;
  }

  /** The number of a leaf. */
  valueOf(diagram: Diagram): number {
    return this.#lows[diagram] ?? 0;
  }

  /** The first bit that a function depends on; larger than every level for a leaf. */
  levelOf(diagram: Diagram): number {
    return this.#levels[diagram] ?? noLevel;
  }

  /** The function for calls in which a bit is 0. @param level - of the bit; not below the function's own */
  low(diagram: Diagram, level: number): Diagram {
    return this.#levels[diagram] === level ? (this.#lows[diagram] ?? 0) : diagram;
  }

  /** The function for calls in which a bit is 1. @param level - of the bit; not below the function's own */
  high(diagram: Diagram, level: number): Diagram {
    return this.#levels[diagram] === level ? (this.#highs[diagram] ?? 0) : diagram;
  }

  /** Returns one function where a bit is 0, and another where it is 1. Both depend on later bits only. */
  node(level: number, low: Diagram, high: Diagram): Diagram {
    if (low === high) return low;
    const mask = this.#table.length - 1;
    for (let at = hash(level, low, high) & mask; ; at = (at + 1) & mask) {
      const known = this.#table[at] ?? 0;
      if (known === 0) {
        this.#table[at] = this.#count + 1;
        return this.#added(level, low, high);
      }
      const found = known - 1;
      const isSame = this.#levels[found] === level && this.#lows[found] === low && this.#highs[found] === high;
      if (isSame) return found;
    }
  }

  /** Returns one function inside a set, and another outside it. */
  choose(set: Diagram, within: Diagram, outside: Diagram): Diagram {
    if (set === this.everything || within === outside) return within;
    if (set === this.nothing) return outside;
    if (outside === this.nothing && (within === this.everything || within === set)) return set;
    if (this.#isBitAbove(set, within, outside)) return this.node(this.levelOf(set), outside, within);
    const at = (hash(set, within, outside) & (memorySize - 1)) * 4;
    const memory = this.#memory;
    const isKnown = memory[at] === set && memory[at + 1] === within && memory[at + 2] === outside;
    if (isKnown) return this.#memory[at + 3] ?? 0;
    this.spend();
    const level = Math.min(this.levelOf(set), this.levelOf(within), this.levelOf(outside));
    const low = this.choose(this.low(set, level), this.low(within, level), this.low(outside, level));
    const high = this.choose(this.high(set, level), this.high(within, level), this.high(outside, level));
    const made = this.node(level, low, high);
    memory[at] = set;
    memory[at + 1] = within;
    memory[at + 2] = outside;
    memory[at + 3] = made;
    return made;
  }

  /** The calls in both sets. */
  both(a: Diagram, b: Diagram): Diagram {
    return this.choose(a, b, this.nothing);
  }

  /** The calls of one set that are not in another one. */
  without(a: Diagram, b: Diagram): Diagram {
    return this.choose(b, this.nothing, a);
  }

  /** Counts a step. @throws SeccompError `too-complex` */
  spend(): void {
    if (++this.#steps > stepsMax) throw tooComplex('compare');
  }

  /** Whether a set is a single bit, and two functions depend on later bits only. */
  #isBitAbove(set: Diagram, within: Diagram, outside: Diagram): boolean {
    const level = this.levelOf(set);
    const isBit = this.#lows[set] === this.nothing && this.#highs[set] === this.everything;
    return isBit && level < this.levelOf(within) && level < this.levelOf(outside);
  }

  #added(level: number, low: Diagram, high: Diagram): Diagram {
    const made = this.#push(level, low, high);
    if (this.#count * 2 > this.#table.length) this.#rehash();
    return made;
  }

  #push(level: number, low: number, high: number): Diagram {
    if (this.#count === this.#levels.length) this.#grow();
    this.#levels[this.#count] = level;
    this.#lows[this.#count] = low;
    this.#highs[this.#count] = high;
    return this.#count++;
  }

  #grow(): void {
    const size = this.#levels.length * 2;
    if (size > nodesMax) throw tooComplex('compare');
    [this.#levels, this.#lows, this.#highs] = [
      copied(new Uint16Array(size), this.#levels),
      copied(new Uint32Array(size), this.#lows),
      copied(new Uint32Array(size), this.#highs),
    ];
  }

  #rehash(): void {
    const table = new Uint32Array(this.#table.length * 4);
    const mask = table.length - 1;
    for (let node = 0; node < this.#count; node++) {
      const level = this.#levels[node] ?? noLevel;
      if (level === noLevel) continue;
      let at = hash(level, this.#lows[node] ?? 0, this.#highs[node] ?? 0) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = node + 1;
    }
    this.#table = table;
  }
}

function hash(a: number, b: number, c: number): number {
  const mixed = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d) >>> 8;
}

function copied<T extends Uint16Array | Uint32Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
