// Processes that can restrict themselves. libuv has a ring in use on Node 22 and later, which goes around any filter: there
// a process has to be started where io_uring is denied. The sandbox that is tested does so, and nothing else.
// @ts-check
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { createSandbox } from '@sb/sandbox';

/**
 * Runs a program of Node's own to its end.
 *
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Readonly<Record<string, string>> }} [options]
 * @returns {Promise<{ status: number | null, stdout: string, stderr: string }>}
 */
export async function runWithoutRings(args, { cwd = '/tmp', env = {} } = {}) {
  const nothing = /** @type {const} */ ({ landlock: 'off', caps: 'off', unix: 'any', ipc: true, rlimits: {} });
  const sandbox = createSandbox({
    ...nothing,
    seccomp: { base: 'allow-all', deny: ['@io-uring'] },
    cwd,
    env: { PATH: '/usr/bin:/bin', HOME: '/tmp', ...env },
  });
  const child = sandbox.spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
    child.enforcement,
  ]);
  return { status, stdout, stderr };
}
