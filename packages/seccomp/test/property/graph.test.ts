/* The compiler stops at 4,096 nodes, which is right only if each of them becomes an instruction. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checksOf } from '../../src/compiler/checks.js';
import { Graph, type Node } from '../../src/compiler/graph.js';
import { action, rule } from './arbitraries.js';

const seed = Date.now() % 2 ** 31;

function reachable(entry: Node): number {
  const seen = new Set<Node>([entry]);
  for (const node of seen) {
    if (node.kind === 'test') seen.add(node.yes).add(node.no);
    else if (node.kind !== 'ret') seen.add(node.next);
  }
  return seen.size;
}

describe('checksOf', () => {
  it(`makes no unreachable node (seed ${seed})`, () => {
    let largest = 0;
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 20 }), action, (rules, otherwise) => {
        const graph = new Graph((count) => new Error(`${count} nodes`));
        const placed = rules.map((one, index) => ({ ...one, origin: `rules[${index}]` }));
        const entry = checksOf(graph, { rules: placed, otherwise, origin: 'test' }, 'ioctl');
        largest = Math.max(largest, graph.size);
        expect(graph.size).toBe(reachable(entry));
      }),
      { numRuns: 1000, seed },
    );
    expect(largest).toBeGreaterThan(40);
  });
});
