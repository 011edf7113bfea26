// What the benchmark demands of ours, beside libseccomp's programs.
// @ts-check

/** How far two measurements of the same may lie apart: this machine's clock and its other work. */
const noise = 1.05;

/**
 * @typedef {{ title: string, ratio: number, most: number }} Gate `ratio` may not exceed `most`
 * @typedef {{ ours: number, byDefault: number, tree: number }} Measured
 */

/**
 * @param {{ unlisted: Measured, calls: readonly (readonly [name: string, measured: Measured])[], load: Measured }} results
 * @returns {Gate[]}
 */
export function gates({ unlisted, calls, load }) {
  return [
    { title: 'instructions of an unlisted call, to the default', ratio: unlisted.ours / unlisted.byDefault, most: 0.5 },
    { title: 'instructions of an unlisted call, to the tree', ratio: unlisted.ours / unlisted.tree, most: 1 },
    ...calls.map(([name, { ours, tree }]) => ({ title: `ns, ${name}, to the tree`, ratio: ours / tree, most: noise })),
    { title: 'time to load, to the tree', ratio: load.ours / load.tree, most: 1 },
  ];
}

/**
 * A line for each gate.
 *
 * @param {readonly Gate[]} list
 * @returns {{ lines: string[], passed: boolean }}
 */
export function judge(list) {
  const lines = list.map(({ title, ratio, most }) => {
    const verdict = ratio <= most ? 'pass' : 'FAIL';
    return `${verdict}  ${ratio.toFixed(2)} of at most ${most.toFixed(2)}: ${title}`;
  });
  return { lines, passed: list.every(({ ratio, most }) => ratio <= most) };
}
