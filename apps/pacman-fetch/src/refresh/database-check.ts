import { runPacman } from '../pacman/run-pacman.js';

/**
 * Asks pacman whether it can use databases: whether they are archives, and signed as their SigLevel says.
 *
 * @param options - pacman's, for another pacman.conf or other places
 * @param repositories - their names
 * @param signal - ends it when aborted
 * @returns what is wrong, in pacman's words
 */
export async function databaseProblems(
  options: readonly string[],
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const result = await runPacman(['-Slq', ...options, '--', ...repositories], signal);
  if (result === undefined) return [];
  return result.stderr.split('\n').flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
}
