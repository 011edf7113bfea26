// What vitest makes of the tests' sources, made once by this machine: to transform them anew takes an emulated one longer
// than most tests.
// @ts-check
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Collects the tests of a guest here, without running them, and keeps every module that they load. Modules are named by their
 * content. A module is missing if its file cannot be collected here: the guest transforms it.
 *
 * @param {import('./jobs.mjs').Job} job
 * @returns {{ folder: string, remove: () => void }} the directory, for `SB_MODULES` (guest/vitest.config.ts)
 */
export function transformed({ folder: cwd, command, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'sb-modules-'));
  chmodSync(folder, 0o755);
  const [node = '', ...args] = command.map((word) => (word === 'run' ? 'list' : word));
  spawnSync(node, args, { cwd, env: { ...process.env, ...env, SB_MODULES_TO: folder }, stdio: 'ignore' });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
