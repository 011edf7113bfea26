// The folders of a package import one way only: who reads one of them need not know those above it. A file at the top of
// `src` stands for itself, so that `errors.ts` may be below all folders and `restrict.ts` above them.
// @ts-check
import { posix } from 'node:path';

import { circlesIn } from '../graph.mjs';
import { isTest } from '../tree.mjs';

/** @type {(tree: import('../tree.mjs').Tree) => readonly string[]} */
export function folderCircles(tree) {
  const names = [...new Set(tree.files.flatMap((file) => /^(?:packages|apps)\/[^/]+/.exec(file) ?? []))];
  return names.flatMap((name) => circlesOf(tree, name));
}

/** @type {(tree: import('../tree.mjs').Tree, name: string) => readonly string[]} */
function circlesOf(tree, name) {
  const top = `${name}/src/`;
  const room = (/** @type {string} */ file) => {
    const folder = posix.dirname(file.slice(top.length));
    return folder === '.' ? file.slice(top.length) : folder;
  };
  /** @type {Map<string, Set<string>>} */
  const edges = new Map();
  /** @type {Map<string, string>} */
  const examples = new Map();
  for (const file of tree.modules.filter((one) => one.startsWith(top) && !isTest(one))) {
    for (const target of tree.importsOf(file)) {
      const [from, to] = [room(file), room(target)];
      if (from === to || !target.startsWith(top)) continue;
      edges.set(from, (edges.get(from) ?? new Set()).add(to));
      examples.set(`${from} ${to}`, `${file.slice(top.length)} → ${target.slice(top.length)}`);
    }
  }
  return circlesIn(edges).map((circle) => {
    const steps = circle.map((one, index) => examples.get(`${one} ${circle[(index + 1) % circle.length]}`));
    return `${top}: directories import in a circle: ${steps.join(', ')}`;
  });
}
