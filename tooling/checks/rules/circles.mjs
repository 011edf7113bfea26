// Nothing imports in a circle: neither files nor the folders of a package.
// @ts-check
import { fileCircles } from './file-circles.mjs';
import { folderCircles } from './folder-circles.mjs';

/** @type {(tree: import('../tree.mjs').Tree) => readonly string[]} */
export function circles(tree) {
  return [...folderCircles(tree), ...fileCircles(tree)];
}
