// docs/support.json: what the last whole run on each kernel and runtime showed.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top directory. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** When a run was, and of which state of the project: git's short name, with `+` where files had changed since. */
/** @typedef {{ date: string, commit: string }} Run */

/**
 * @typedef {object} Layer
 * @property {'enforced' | 'partly' | 'missing' | 'failed'} state
 * @property {number} passed tests
 * @property {number} absent tests of what this kernel is expected to lack
 * @property {number} failed tests, and what else went wrong
 */

/**
 * @typedef {object} Kernel
 * @property {string} kernel its name in the matrix
 * @property {'x64' | 'arm64'} arch
 * @property {string} version as `uname -r` has it; empty if it didn't start
 * @property {number | 'not-built' | 'disabled-at-boot'} landlock what it must answer: an ABI, or why it has no Landlock
 * @property {'kvm' | 'tcg'} accelerator
 * @property {boolean} thorough
 * @property {string} [failure] why the guest failed as a whole
 * @property {Readonly<Record<string, Layer>>} layers
 */

/** @typedef {{ name: string, version: string, passed: number, failed: number, skipped: number, host: string }} Runtime */

/** @typedef {{ target: string, compiler: string, sources: number, linked: readonly string[] }} Build for a target */

/** @typedef {{ runtime: string, passed: number, failed: number }} UserlandResult of the tests as root and as an ordinary user */

/**
 * @typedef {object} Userland
 * @property {string} land its name in the matrix
 * @property {string} libc name and version of its C library; empty if it could not be made
 * @property {string} [failure] why it could not be made
 * @property {readonly UserlandResult[]} results
 */

/** @typedef {Run & Userland} UserlandRow by `npm run test:userlands` */
/** @typedef {Run & Kernel} KernelRow by `npm run test:kernels` */
/** @typedef {Run & Runtime} RuntimeRow by `npm run test:nodes` */
/** @typedef {Run & Build} BuildRow by `npm run build:macos` */

/**
 * @typedef {object} Support
 * @property {readonly KernelRow[]} kernels
 * @property {readonly RuntimeRow[]} runtimes
 * @property {readonly UserlandRow[]} userlands
 * @property {readonly BuildRow[]} builds
 */

const file = join(root, 'docs/support.json');

/** @returns {Support} */
export function readSupport() {
  const nothing = { kernels: [], runtimes: [], userlands: [], builds: [] };
  return existsSync(file) ? { ...nothing, ...JSON.parse(readFileSync(file, 'utf8')) } : nothing;
}

/** @param {Support} support */
export function saveSupport(support) {
  writeFileSync(file, `${JSON.stringify(support, undefined, 2)}\n`);
}

/**
 * Rows with a new one in place of the one of the same name.
 *
 * @template Row
 * @param {readonly Row[]} rows
 * @param {Row} row
 * @param {{ nameOf: (row: Row) => string, order: readonly string[] }} names `order`: all names there are; rows of others
 *   go, since nothing tests them any more
 * @returns {readonly Row[]} in that order
 */
export function withRow(rows, row, { nameOf, order }) {
  const all = new Map([...rows, row].map((one) => [nameOf(one), one]));
  return order.flatMap((name) => all.get(name) ?? []);
}

/** The run that is going on. @returns {Run} */
export function thisRun() {
  /** @param {readonly string[]} args */
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const name = git('rev-parse', '--short=7', 'HEAD').stdout?.trim() || 'unknown';
  // What a run itself writes is no change.
  const changed = git('status', '--porcelain', '--', '.', ':!docs/support.*', ':!README.md').stdout?.trim() ?? '';
  return { date: new Date().toISOString().slice(0, 10), commit: changed === '' ? name : `${name}+` };
}
