// docs/benchmarks: the last table, as Markdown, as JSON and as a picture.
// @ts-check
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';

import { chartOf } from './chart.mjs';
import { quiet } from './compare.mjs';
import { markdownOf } from './table.mjs';

/** @typedef {import('./options.mjs').Options} Options */

const at = (/** @type {string} */ name) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));

/**
 * @param {Options} options
 * @returns {string} one line
 */
export function machine({ rounds, isRealTime }) {
  const where = `Linux ${release()}, Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model})`;
  return `${where}; medians of ${rounds} rounds in turn, after one to warm up; ${isRealTime ? 'real-time' : 'ordinary'} priority${quiet.said === undefined ? '' : `; ${quiet.said}`}`;
}

/**
 * @param {readonly import('./row.mjs').Result[]} results
 * @param {readonly import('./series.mjs').Series[]} series
 * @param {Options} options
 */
export function writeDocuments(results, series, options) {
  const said = machine(options);
  const lines = [
    '# Benchmarks',
    '',
    'What work costs with this project, beside what it replaces.',
    'All ways of a row do the same work in turn, in one run, so the ratios hold where the seconds do not.',
    '`npm run bench` repeats it; `npm run bench -- --help` lists the options.',
    'The page, [the figures](benchmarks.json) and the picture are written by `npm run bench -- --write`.',
    '',
    'MB: the most memory of all processes of a way at once (Pss, proc_pid_smaps(5)), looked at in the round that warms up.',
    'Busy: how many runs count although the machine was busy. Before and after each run, 15 starts of true(1) are timed.',
    'The machine is busy if they take over 1.2 times the least that was seen. Then a run is repeated, three times at most.',
    '',
    '![a bar for each way, and a red line where ours may end](benchmarks.svg)',
    '',
    `Measured on ${said}.`,
    '',
    markdownOf(results, series),
  ];
  writeFileSync(at('benchmarks.md'), `${lines.join('\n')}\n`);
  writeFileSync(at('benchmarks.json'), `${JSON.stringify({ machine: said, results, series }, undefined, 2)}\n`);
  writeFileSync(at('benchmarks.svg'), chartOf(results));
}
