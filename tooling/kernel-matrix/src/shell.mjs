// How this command runs other programs, and gives up.
// @ts-check
import { spawnSync } from 'node:child_process';

/** Something that the user can put right; told without a stack. */
export class MatrixError extends Error {}

/**
 * Runs a program to its end.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, input?: string, env?: NodeJS.ProcessEnv, minutes?: number }} [options]
 * @returns {string} its standard output
 * @throws {MatrixError} with what it wrote if it could not be started or did not end with 0
 */
export function output(file, args, { minutes = 5, ...options } = {}) {
  const result = spawnSync(file, args, { ...options, encoding: 'utf8', timeout: minutes * 60_000, maxBuffer: 1 << 28 });
  if (result.error === undefined && result.status === 0) return result.stdout;
  const why = result.error?.message ?? `ended with ${result.status ?? result.signal}`;
  throw new MatrixError(`${file} ${args.slice(-2).join(' ')}: ${why}\n${result.stderr ?? ''}`.trim());
}
