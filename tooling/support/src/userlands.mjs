// The table of user lands: one line each, one column a runtime.
// @ts-check
import { markdownTable } from './table.mjs';

/**
 * @param {readonly import('./data.mjs').Userland[]} rows
 * @returns {string}
 */
export function userlandTable(rows) {
  const runtimes = [...new Set(rows.flatMap(({ results }) => results.map(({ runtime }) => runtime)))];
  const body = rows.map(({ land, libc, results }) => [
    land,
    libc,
    ...runtimes.map((name) => cell(results.find(({ runtime }) => runtime === name))),
  ]);
  return markdownTable(['user land', 'C library', ...runtimes], body);
}

/** @param {import('./data.mjs').UserlandResult | undefined} result */
function cell(result) {
  if (result === undefined) return '';
  const { passed, failed } = result;
  return failed === 0 ? String(passed) : `**${failed} of ${passed + failed} failed**`;
}
