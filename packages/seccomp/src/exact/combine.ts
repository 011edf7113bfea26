import type { Diagram, Diagrams } from './diagrams.js';

/**
 * Returns the function that combines two others, call by call.
 *
 * @param how - returns an unsigned 32-bit number from the values of the two for a call
 * @throws SeccompError `too-complex`
 */
export function combine(
  diagrams: Diagrams,
  [first, second]: readonly [Diagram, Diagram],
  how: (a: number, b: number) => number,
): Diagram {
  const known = new Map<number, Diagram>();
  const walk = (a: Diagram, b: Diagram): Diagram => {
    if (diagrams.isLeaf(a) && diagrams.isLeaf(b)) return diagrams.leaf(how(diagrams.valueOf(a), diagrams.valueOf(b)));
    // Both are below 2²¹.
    const key = a * 2 ** 22 + b;
    let found = known.get(key);
    if (found === undefined) {
      diagrams.spend();
      const level = Math.min(diagrams.levelOf(a), diagrams.levelOf(b));
      const low = walk(diagrams.low(a, level), diagrams.low(b, level));
      found = diagrams.node(level, low, walk(diagrams.high(a, level), diagrams.high(b, level)));
      known.set(key, found);
    }
    return found;
  };
  return walk(first, second);
}
