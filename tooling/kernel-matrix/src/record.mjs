// What is kept of a run: what guests wrote, the total, and the results of whole kernels.
// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writePart } from '../../run/totals.mjs';
import { root } from '../../support/src/data.mjs';
import { keep } from '../../support/src/write.mjs';
import { kernels } from './kernels.mjs';

export { root };

/** @typedef {import('../../support/src/data.mjs').Kernel} Row */

/**
 * Keeps what a guest wrote, so that the cause of a failure can be found.
 *
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {import('./guest.mjs').GuestResult} guest
 * @returns {string} the file
 */
export function keepLog({ name, arch }, { serial, log }) {
  const folder = join(root, 'reports/kernels');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replaceAll(' ', '-')}-${arch}.log`);
  writeFileSync(file, `${serial}\n${log}`);
  return file;
}

/**
 * Keeps the sum of a run for `.ci/run`.
 *
 * @param {readonly Row[]} rows
 * @returns {string} the sum in one line
 */
export function keepTotal(rows) {
  const layers = rows.flatMap((row) => Object.values(row.layers));
  const passed = layers.reduce((sum, layer) => sum + layer.passed, 0);
  // A guest that came to no end of its own has failed, though its tests may have passed.
  const ended = rows.filter(({ failure }) => failure !== undefined).length;
  const failed = layers.reduce((sum, layer) => sum + layer.failed, ended);
  const absent = layers.reduce((sum, layer) => sum + layer.absent, 0);
  writePart('kernels', { passed, failed, note: `${absent} not run, of what its kernel lacks` });
  return `${passed} passed, ${failed} failed, ${absent} not run, of what its kernel lacks`;
}

/**
 * Keeps the results of a kernel on which every layer was tested, and writes the pages that report it.
 *
 * @param {Row} row
 * @param {import('../../support/src/data.mjs').Run} run
 */
export function keepWhole(row, run) {
  const order = kernels.map(({ name, arch }) => `${name} ${arch}`);
  keep('kernels', { ...run, ...row }, order);
}
