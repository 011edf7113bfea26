// No files import in a circle, types included: neither of them can be read before the other.
// @ts-check
import { circlesIn } from '../graph.mjs';

/** @type {(tree: import('../tree.mjs').Tree) => readonly import('../graph.mjs').Found[]} */
export function fileCircles(tree) {
  const edges = new Map(
    tree.modules.map((file) => [file, new Set(tree.importsOf(file).filter((one) => one !== file))]),
  );
  return circlesIn(edges).map((circle) => ({
    name: circle[0]?.split('/').slice(0, 2).join('/') ?? '',
    problem: `${circle[0]}: imports in a circle: ${circle.join(' → ')}`,
  }));
}
