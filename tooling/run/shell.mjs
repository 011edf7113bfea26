// How the commands of this folder talk and run other programs.
// @ts-check
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's top directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} text */
export function say(text) {
  process.stdout.write(`» ${text}\n`);
}

/**
 * Ends with one line.
 *
 * @param {string} text
 * @returns {never}
 */
export function fail(text) {
  process.stderr.write(`» ${text}\n`);
  process.exit(1);
}

/**
 * Runs a program and ends with its name if it fails.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] quiet: show its output only if it fails
 */
export function run(file, args, options = {}) {
  const status = attempt(file, args, options);
  if (status !== 0) fail(`${file} ${args.join(' ')} failed (${status}).`);
}

/**
 * Runs a program.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] cwd: default is the top directory
 * @returns {number} its exit status; 128 and the signal's number if a signal ended it, 127 if it could not be started
 */
export function attempt(file, args, { cwd = root, env = process.env, quiet = false } = {}) {
  const result = spawnSync(file, args, { cwd, env, stdio: quiet ? 'pipe' : 'inherit', maxBuffer: 1 << 28 });
  if (quiet && result.status !== 0) {
    process.stderr.write(result.stdout ?? '');
    process.stderr.write(result.stderr ?? '');
  }
  if (result.error) process.stderr.write(`${file}: ${result.error.message}\n`);
  return result.status ?? (result.signal === null ? 127 : 128);
}
