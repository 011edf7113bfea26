// What a program and all of its children take: time, processor, memory.
// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { read } from './process-file.mjs';

/** @typedef {{ wall: number, cpu: number, memory: number }} Cost seconds, seconds, megabytes of 10^6 bytes */

/** Milliseconds between two looks at the memory: the shortest program that is measured takes ten. */
const interval = 3;

/**
 * Runs a program to its end.
 *
 * @param {readonly string[]} command
 * @param {{ readonly memory?: boolean, readonly isQuiet?: boolean }} [options] - `memory: false` leaves the memory out, since
 *   each look at it takes time from the program; `isQuiet` shows the output only where the program fails
 * @returns {Promise<Cost>}
 * @throws {Error} if the program fails
 */
export async function measure(command, { memory: isWanted = true, isQuiet = false } = {}) {
  // The shell counts what its children took, and theirs (times(2)).
  const script = '"$@"; status=$?; times >&3; exit $status';
  const output = isQuiet ? 'pipe' : 'inherit';
  const begun = performance.now();
  const shell = spawn('bash', ['-c', script, 'bash', ...command], { stdio: ['ignore', output, output, 'pipe'] });
  let memory = 0;
  const look = () => {
    memory = Math.max(
      memory,
      family(shell.pid ?? 0).reduce((sum, pid) => sum + memoryOf(pid), 0),
    );
  };
  const timer = isWanted ? setInterval(look, interval) : undefined;
  const times = text(/** @type {import('node:stream').Readable} */ (shell.stdio[3]));
  const said = [shell.stdout, shell.stderr].map(async (stream) => (stream === null ? '' : await text(stream)));
  const [status] = await once(shell, 'exit');
  const wall = (performance.now() - begun) / 1000;
  clearInterval(timer);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}\n${(await Promise.all(said)).join('')}`);
  return { wall, cpu: seconds(await times), memory };
}

/** The second line of the shell's `times`: user and system time of its children. @param {string} lines */
function seconds(lines) {
  const [, children = ''] = lines.split('\n');
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
}

/**
 * The descendants of a process.
 *
 * @param {number} pid
 * @returns {readonly number[]}
 */
function family(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.concat(children.flatMap(family));
}

/** The private memory of a process, and its part of shared memory (`Pss`, proc_pid_smaps(5)). @param {number} pid */
function memoryOf(pid) {
  const [, kibibytes = '0'] = /^Pss:\s*(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`)) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}
