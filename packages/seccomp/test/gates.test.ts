/* The benchmark must be able to fail. */
import { describe, expect, it } from 'vitest';

import { gates, judge } from '../bench/gates.mjs';

const good = { ours: 10, byDefault: 20, tree: 10 };
const results = { unlisted: good, calls: [['first', good]] as const, load: good };

describe('the gates of the benchmark', () => {
  it('pass at their limits', () => {
    const { passed, lines } = judge(gates(results));
    expect(passed).toBe(true);
    expect(lines.every((line) => line.startsWith('pass'))).toBe(true);
    expect(lines).toHaveLength(4);
  });

  it.each<[string, Parameters<typeof gates>[0]]>([
    ['more than half of the default', { ...results, unlisted: { ...good, byDefault: 19 } }],
    ['more instructions than the tree', { ...results, unlisted: { ...good, tree: 9 } }],
    ['a slower call than the tree', { ...results, calls: [['first', { ...good, tree: 9 }]] }],
    ['slower loading than the tree', { ...results, load: { ...good, tree: 9.9 } }],
    ['nothing measured', { ...results, load: { ours: Number.NaN, byDefault: 1, tree: 1 } }],
  ])('fail with %s', (_name, made) => {
    const { passed, lines } = judge(gates(made));
    expect(passed).toBe(false);
    expect(lines.filter((line) => line.startsWith('FAIL'))).toHaveLength(1);
  });
});
