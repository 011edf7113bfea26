// What runs JavaScript in a user land, as npm has it.
// @ts-check
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root } from './record.mjs';

/**
 * @typedef {object} Runtime
 * @property {string} id
 * @property {string} name as the table has it, with the version
 * @property {'node' | 'bun' | 'deno'} kind
 * @property {string} folder the directory of the host that has the program
 * @property {string} program its name in that directory
 */

const nodes = join(root, 'tooling/node-matrix/nodes');
const musl = join(root, 'tooling/userlands/musl');
const arm64 = join(root, 'tooling/userlands/arm64');

/** Where each kind has its program below its package. */
const programs = { node: 'bin/node', bun: 'bin/bun', deno: 'deno' };

/** @type {(id: string, project: string, alias?: string) => Runtime} */
function runtimeOf(id, project, alias = id) {
  const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const version = String(dependencies[alias]).split('@').at(-1);
  const kind = /** @type {Runtime['kind']} */ (/^[a-z]+/.exec(alias)?.[0]);
  const file = join(project, 'node_modules', alias, programs[kind]);
  const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${version}`;
  return { id, name, kind, folder: dirname(file), program: kind };
}

/** @type {readonly Runtime[]} */
export const runtimes = [
  ...['node20', 'node22', 'node24', 'node26', 'bun', 'deno'].map((id) => runtimeOf(id, nodes)),
  runtimeOf('bun-musl', musl, 'bun'),
  ...['node20', 'node26'].map((id) => runtimeOf(`${id}-arm64`, arm64, id)),
];

/** @param {string} id @returns {Runtime} */
export function runtimeNamed(id) {
  const found = runtimes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`unknown runtime ${id}`);
  return found;
}
