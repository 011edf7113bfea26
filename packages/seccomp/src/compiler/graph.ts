import { maxInstructions, type Opcode } from '../bpf/bpf.js';

/** A comparison of the accumulator with a constant. */
export type Test = Extract<Opcode, 'jeq' | 'jgt' | 'jge' | 'jset'>;

interface Common {
  /** Its notes in the listing: the rules or numbers that it comes from; equal steps are shared. */
  readonly notes: Set<string>;
}

/** A step of a filter, before it has a position. Equal steps are one object, so action tails are shared. */
export type Node =
  | (Common & { readonly kind: 'ret'; readonly k: number })
  | (Common & { readonly kind: 'load' | 'and'; readonly k: number; readonly next: Node })
  | (Common & { readonly kind: 'test'; readonly op: Test; readonly k: number; readonly yes: Node; readonly no: Node });

/**
 * Creates nodes, each at most once. Each node becomes at least one instruction, so there may be no more nodes than a
 * filter may have instructions. Work on a policy of thousands of rules so ends as soon as it cannot succeed.
 */
export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #ids = new Map<Node, number>();
  readonly #refuse: (instructions: number) => Error;

  /** @param refuse - creates the error for more than {@link maxInstructions}; its argument is their least number */
  constructor(refuse: (instructions: number) => Error) {
    this.#refuse = refuse;
  }

  /** The number of nodes. */
  get size(): number {
    return this.#ids.size;
  }

  ret(k: number, note: string): Node {
    return this.#once(`ret ${k}`, note, (notes) => ({ kind: 'ret', k, notes }));
  }

  load(k: number, next: Node, note: string): Node {
    return this.#once(`load ${k} ${this.#id(next)}`, note, (notes) => ({ kind: 'load', k, next, notes }));
  }

  and(k: number, next: Node, note: string): Node {
    return this.#once(`and ${k} ${this.#id(next)}`, note, (notes) => ({ kind: 'and', k, next, notes }));
  }

  /** A comparison with the same node on both sides is left out. */
  test(op: Test, k: number, ways: { readonly yes: Node; readonly no: Node; readonly note: string }): Node {
    const { yes, no, note } = ways;
    if (yes === no) return yes;
    const key = `${op} ${k} ${this.#id(yes)} ${this.#id(no)}`;
    return this.#once(key, note, (notes) => ({ kind: 'test', op, k, yes, no, notes }));
  }

  #once(key: string, note: string, make: (notes: Set<string>) => Node): Node {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      if (this.size >= maxInstructions) throw this.#refuse(this.size + 1);
      node = make(new Set());
      this.#nodes.set(key, node);
      this.#ids.set(node, this.#ids.size);
    }
    node.notes.add(note);
    return node;
  }

  #id(node: Node): number {
    const id = this.#ids.get(node);
    if (id === undefined) throw new Error('the node belongs to another graph');
    return id;
  }
}
