import { runPacman } from '../pacman/run-pacman.js';

/**
 * Asks pacman whether it can use databases: whether they are archives, and signed as their SigLevel requires.
 *
 * @param options - pacman's, for another pacman.conf or other directories
 * @param repositories - their names
 * @param signal - stops it when aborted
 * @returns the problems, in pacman's words
 */
export async function databaseProblems(
  options: readonly string[],
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const result = await runPacman(['-Slq', ...options, '--', ...repositories], signal);
  if (result === undefined) return [];
  const said = result.stderr.split('\n').flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
  // A pacman that was killed has approved nothing.
  const hasEnded = result.status === 0 || result.status === 1;
  return hasEnded
    ? said
    : [...said, `pacman -Slq, which checks the databases, ended with ${result.status ?? 'a signal'}`];
}
