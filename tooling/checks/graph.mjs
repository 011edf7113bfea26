// Circles in a graph.
// @ts-check

/**
 * The shortest circle through each node that is in one, each circle once.
 *
 * @param {ReadonlyMap<string, ReadonlySet<string>>} edges
 * @returns {readonly (readonly string[])[]} nodes in order; the first follows the last
 */
export function circlesIn(edges) {
  /** @type {Map<string, readonly string[]>} */
  const found = new Map();
  const seen = new Set();
  for (const start of edges.keys()) {
    if (seen.has(start)) continue;
    const circle = circleThrough(start, edges);
    if (circle === undefined) continue;
    for (const node of circle) seen.add(node);
    found.set([...circle].toSorted().join('\n'), circle);
  }
  return [...found.values()];
}

/** @type {(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>) => readonly string[] | undefined} */
function circleThrough(start, edges) {
  /** @type {Map<string, string | undefined>} each node and the one before it */
  const before = new Map([[start, undefined]]);
  for (const node of before.keys()) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) return pathTo(node, before);
      if (!before.has(next)) before.set(next, node);
    }
  }
  return undefined;
}

/** @type {(node: string, before: ReadonlyMap<string, string | undefined>) => readonly string[]} */
function pathTo(node, before) {
  const previous = before.get(node);
  return previous === undefined ? [node] : [...pathTo(previous, before), node];
}
