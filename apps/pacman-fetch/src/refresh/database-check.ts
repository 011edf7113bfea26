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
  const said = result.stderr.split('\n').flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
  // One that was killed has approved of nothing.
  const hasEnded = result.status === 0 || result.status === 1;
  return hasEnded
    ? said
    : [...said, `pacman -Slq, which looks at the databases, ended with ${result.status ?? 'a signal'}`];
}
