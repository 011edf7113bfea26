import type { Graph, Node } from './graph.js';

/** Numbers from `from` up to the start of the next range, all decided by the same node. */
export interface Range {
  readonly from: number;
  readonly node: Node;
}

/**
 * Returns a balanced search over ranges of numbers: about log2 of their count in comparisons, for any number.
 *
 * @param graph - the graph that creates the nodes
 * @param ranges - ascending, the first from 0; neighbours that share a node should be merged first
 * @param nameOf - returns the name of a number for the listing
 */
export function searchTree(graph: Graph, ranges: readonly Range[], nameOf: (number: number) => string): Node {
  const test = (op: 'jeq' | 'jge', number: number, ways: { yes: Node; no: Node }) =>
    graph.test(op, number, { ...ways, note: `nr ${op === 'jeq' ? '==' : '>='} ${number} (${nameOf(number)})` });
  const between = (first: number, last: number): Node => {
    const [low, middle, high] = [at(ranges, first), at(ranges, first + 1), at(ranges, first + 2)];
    if (low === undefined) throw new Error('a search needs a range');
    if (first === last || middle === undefined) return low.node;
    // A single number between others needs one comparison instead of two.
    if (last - first === 2 && high?.node === low.node && high.from - middle.from === 1) {
      return test('jeq', middle.from, { yes: middle.node, no: low.node });
    }
    const split = first + ((last - first + 1) >> 1);
    const upper = at(ranges, split) ?? low;
    return test('jge', upper.from, { yes: between(split, last), no: between(first, split - 1) });
  };
  return between(0, ranges.length - 1);
}

/** Joins neighbours that are decided by the same node. */
export function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  return ranges.filter(({ node }, index) => index === 0 || ranges[index - 1]?.node !== node);
}

const at = (ranges: readonly Range[], index: number): Range | undefined => ranges[index];
