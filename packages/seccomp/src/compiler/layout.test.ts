import { describe, expect, it } from 'vitest';

import { kernelObjections } from '../../test/support/kernel-checker.js';
import { run } from '../bpf/bpf.js';
import { Graph, type Node } from './graph.js';
import { layOut } from './layout.js';

const counts = Array.from({ length: 20 }, (_, index) => 246 + index);

/** A row of loads before a node, none like another. */
function row(graph: Graph, count: number, last: Node): Node {
  let node = last;
  for (let index = 0; index < count; index++) node = graph.and(0xffff_ff00 + (index % 256), node, 'step');
  return node;
}

describe('layOut', () => {
  it.each(counts)('places a jump over %i instructions, in both directions', (count) => {
    for (const isYesFar of [true, false]) {
      const graph = new Graph((size) => new Error(String(size)));
      const near = row(graph, count, graph.ret(1, 'near'));
      // No return, which would be repeated nearby.
      const far = graph.load(4, graph.ret(2, 'far'), 'far');
      const ways = isYesFar ? { yes: far, no: near } : { yes: near, no: far };
      const program = layOut(graph.load(0, graph.test('jeq', 7, { ...ways, note: 'jump' }), 'nr'));
      expect(kernelObjections(program)).toEqual([]);
      expect(Math.max(...program.map(({ jt, jf }) => Math.max(jt, jf)))).toBeLessThanOrEqual(255);
      const answers = [7, 8].map((nr) => run(program, { nr, arch: 0, args: [] }).returned);
      expect(answers).toEqual(isYesFar ? [2, 1] : [1, 2]);
    }
  });

  it('adds no jump if one can just skip far enough, and adds one if it cannot', () => {
    const jumps = counts.map((count) => {
      const graph = new Graph((size) => new Error(String(size)));
      const far = graph.load(4, graph.ret(2, 'far'), 'far');
      const entry = graph.test('jeq', 7, { yes: row(graph, count, graph.ret(1, 'near')), no: far, note: 'jump' });
      return layOut(entry).filter(({ op }) => op === 'ja').length;
    });
    expect(new Set(jumps)).toEqual(new Set([0, 1]));
    expect([...jumps].sort((a, b) => a - b)).toEqual(jumps);
  });
});
