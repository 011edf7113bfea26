// What is kept of each run, so that the page of what is supported says when each kernel was last tested as a whole.
// @ts-check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { kernels } from './kernels.mjs';

/** The project's top folder. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** @typedef {import('./table.mjs').Row & { readonly date: string }} Dated */

const folder = join(root, 'reports/kernels');

/** @param {import('./kernels.mjs').Kernel} kernel */
function nameOf({ name, arch }) {
  return `${name.replaceAll(' ', '-')}-${arch}`;
}

/**
 * Keeps what a guest wrote, for whoever looks for the cause of a failure.
 *
 * @param {import('./kernels.mjs').Kernel} kernel
 * @param {import('./guest.mjs').GuestResult} guest
 * @returns {string} the file
 */
export function keepLog(kernel, { serial, log }) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${nameOf(kernel)}.log`);
  writeFileSync(file, `${serial}\n${log}`);
  return file;
}

/**
 * Keeps the result of a kernel.
 *
 * @param {import('./table.mjs').Row} row
 * @param {Date} date
 */
export function keepRow(row, date) {
  mkdirSync(folder, { recursive: true });
  const dated = { ...row, date: date.toISOString().slice(0, 10) };
  writeFileSync(join(folder, `${nameOf(row.kernel)}.json`), `${JSON.stringify(dated, undefined, 2)}\n`);
}

/**
 * The last result of each kernel; undefined where one was never tested.
 *
 * @returns {readonly Dated[] | undefined}
 */
export function keptRows() {
  const files = kernels.map((kernel) => ({ kernel, file: join(folder, `${nameOf(kernel)}.json`) }));
  if (!files.every(({ file }) => existsSync(file))) return undefined;
  return files.map(({ kernel, file }) => Object.assign(JSON.parse(readFileSync(file, 'utf8')), { kernel }));
}
