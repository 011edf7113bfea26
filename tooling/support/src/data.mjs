// docs/support.json: what the last whole runs showed. Each command that tests somewhere owns one part of it.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder. */
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
 * @typedef {object} KernelRow
 * @property {string} kernel its name in the matrix
 * @property {'x64' | 'arm64'} arch
 * @property {string} version as `uname -r` has it; empty if it didn't start
 * @property {number | 'not-built' | 'disabled-at-boot'} landlock what it must answer: an ABI, or why there is none
 * @property {'kvm' | 'tcg'} accelerator
 * @property {string} [failure] why the guest failed as a whole
 * @property {Readonly<Record<string, Layer>>} layers
 */

/** @typedef {{ name: string, version: string, passed: number, failed: number, skipped: number }} RuntimeRow */

/** @typedef {{ target: string, objects: number, linked: readonly string[] }} BuildRow what was compiled for a target */

/**
 * @typedef {object} Support
 * @property {Run & { thorough: boolean, rows: readonly KernelRow[] }} [kernels] by `npm run test:kernels`
 * @property {Run & { host: string, nodes: readonly RuntimeRow[], others: readonly RuntimeRow[] }} [nodes] by
 *   `npm run test:nodes`
 * @property {Run & { compiler: string, builds: readonly BuildRow[] }} [macos] by `npm run build:macos`
 */

const file = join(root, 'docs/support.json');

/** @returns {Support} nothing of what was never run */
export function readSupport() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** @param {Support} support */
export function saveSupport(support) {
  const { kernels, nodes, macos } = support;
  writeFileSync(file, `${JSON.stringify({ kernels, nodes, macos }, undefined, 2)}\n`);
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
