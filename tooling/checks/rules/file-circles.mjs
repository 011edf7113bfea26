// No files import in a circle, types included: neither of them can be read before the other.
// @ts-check
import { circlesIn } from '../graph.mjs';

/** @type {(tree: import('../tree.mjs').Tree) => readonly string[]} */
export function fileCircles(tree) {
  const edges = new Map(
    tree.modules.map((file) => [file, new Set(tree.importsOf(file).filter((one) => one !== file))]),
  );
  return circlesIn(edges).map((circle) => `${circle[0]}: imports in a circle: ${circle.join(' → ')}`);
}
