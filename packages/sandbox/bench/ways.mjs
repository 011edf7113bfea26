// The ways to start a program that are compared, each with what it takes away.
// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';

import { createSandbox, sbExecPath } from '@sb/sandbox';

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {string} does
 * @property {(argument: string) => Promise<void>} start one program with this argument, to its end
 */

const program = '/bin/true';
const user = 'nobody';

/**
 * @param {string} filter path of the seccomp program that setpriv(1) is to load
 * @param {string} compiled path where the sandbox for sb-exec is to be written
 * @returns {readonly Way[]} those whose program is here
 */
export function ways(filter, compiled) {
  const rights = 'execute,read-file,read-dir';
  const identity = words(`--reuid ${user} --regid nogroup --clear-groups --no-new-privs`);
  const layers = [
    ...words('--bounding-set -all --inh-caps -all --ambient-caps -all --pdeathsig KILL'),
    ...words(`--landlock-access fs --landlock-rule path-beneath:${rights}:/ --seccomp-filter`),
    filter,
  ];
  const bubble = words('--unshare-all --ro-bind / / --dev /dev --proc /proc --die-with-parent');
  /** @type {readonly (readonly [name: string, does: string, command: readonly string[]])[]} */
  const others = [
    ['setpriv, all', 'user, capabilities, Landlock, seccomp', ['setpriv', ...identity, ...layers, program]],
    ['setpriv, user', 'user, no_new_privs', ['setpriv', ...identity, program]],
    ['bwrap', 'namespaces, read-only mounts', ['bwrap', ...bubble, program]],
    [
      'firejail',
      'namespaces, capabilities, seccomp',
      ['firejail', ...words('--quiet --noprofile --caps.drop=all --seccomp --private-tmp'), program],
    ],
  ];
  return [
    { name: 'plain', does: 'nothing', start: (argument) => run(program, [argument]) },
    ...ours(compiled),
    ...others.flatMap(([name, does, [file = '', ...args]]) =>
      existsSync(`/usr/bin/${file}`)
        ? [{ name, does, start: (/** @type {string} */ argument) => run(file, [...args, argument]) }]
        : [],
    ),
  ];
}

/** @param {string} text */
function words(text) {
  return text.split(' ');
}

/**
 * @param {string} compiled
 * @returns {readonly Way[]}
 */
function ours(compiled) {
  const sandbox = createSandbox({ user, env: {} });
  writeFileSync(compiled, sandbox.compile(), { mode: 0o700 });
  const { file, args } = sandbox.command(program, ['0']);
  return [
    {
      name: 'ours, bare',
      does: 'the launcher alone, by command(), one argument for all: nothing is read back',
      start: () => run(file, args),
    },
    {
      name: 'sb-exec',
      does: 'the same, compiled: reads and checks a file, and looks for the program',
      start: (argument) => run(sbExecPath(), [compiled, '--', program, argument]),
    },
    {
      name: 'ours',
      does: 'user, capabilities, Landlock, seccomp, descriptors; read back',
      start: async (argument) => await spawned(sandbox, [argument]),
    },
  ];
}

/**
 * @param {import('@sb/sandbox').Sandbox} sandbox
 * @param {readonly string[]} args
 */
async function spawned(sandbox, args) {
  const child = sandbox.spawn(program, args, { stdio: 'ignore' });
  await Promise.all([ended(child), child.enforcement]);
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 */
async function run(file, args) {
  await ended(spawn(file, args, { stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } }));
}

/** @param {import('node:child_process').ChildProcess} child */
async function ended(child) {
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${status}`);
}
