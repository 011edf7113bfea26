// Nothing imports in a circle: neither files nor the folders of a package.
// @ts-check
import { fileCircles } from './file-circles.mjs';
import { folderCircles } from './folder-circles.mjs';

/** Packages that have circles still. This list only shrinks: one that has none any more must be taken off. */
const unfinished = ['packages/sandbox', 'apps/pacman-fetch'];

/** @type {(tree: import('../tree.mjs').Tree, excepted?: readonly string[]) => readonly string[]} */
export function circles(tree, excepted = unfinished) {
  const found = [...folderCircles(tree), ...fileCircles(tree)];
  const stale = excepted.filter((name) => !found.some((one) => one.name === name));
  return [
    ...found.filter(({ name }) => !excepted.includes(name)).map(({ problem }) => problem),
    ...stale.map((name) => `${name}: nothing imports in a circle; take it off tooling/checks/rules/circles.mjs`),
  ];
}
