// What is kept of a run: the total, and the results of whole user lands.
// @ts-check
import { writePart } from '../../run/totals.mjs';
import { root } from '../../support/src/data.mjs';
import { keep } from '../../support/src/write.mjs';
import { lands } from './lands.mjs';

export { root };

/** @typedef {import('../../support/src/data.mjs').Userland} Row */

/**
 * Keeps the sum of a run for `.ci/run`.
 *
 * @param {readonly Row[]} rows
 * @param {readonly string[]} names of the tests that failed
 * @returns {string} the sum in one line
 */
export function keepTotal(rows, names) {
  const all = rows.flatMap(({ results }) => results);
  const passed = all.reduce((sum, one) => sum + one.passed, 0);
  const failed = all.reduce((sum, one) => sum + one.failed, 0);
  writePart('userlands', { passed, failed, note: rows.map(({ land }) => land).join(', '), names });
  return `${passed} passed, ${failed} failed`;
}

/**
 * Keeps what a whole run in a user land showed, and writes the pages that report it.
 *
 * @param {Row} row
 * @param {import('../../support/src/data.mjs').Run} run
 */
export function keepWhole(row, run) {
  keep(
    'userlands',
    { ...run, ...row },
    lands.map(({ name }) => name),
  );
}
