import { allErrorsOf, errorsOf, failureHint } from '../pacman/errors-of.js';
import { hasAnswered, runPacman } from '../pacman/run-pacman.js';

/** What pacman says about databases. */
export interface DatabaseAnswer {
  /** Its problems, in its words; each has one or more lines. */
  readonly problems: readonly string[];
  /** Whether pacman itself failed. Then it has neither approved nor refused a database. */
  readonly hasFailed: boolean;
  /** What to do about that. */
  readonly hint?: string;
}

/** The answer about databases that pacman can use. */
export const noProblems: DatabaseAnswer = { problems: [], hasFailed: false };

/**
 * Asks pacman whether it can use databases: whether they are archives, and signed as their SigLevel requires.
 *
 * @param options - pacman's, for another pacman.conf or other directories
 * @param repositories - their names
 * @param signal - stops it when aborted
 */
export async function checkDatabases(
  options: readonly string[],
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<DatabaseAnswer> {
  const result = await runPacman(['-Slq', ...options, '--', ...repositories], signal);
  if (result === undefined) return noProblems;
  const { status, stderr } = result;
  if (hasAnswered(result)) return { problems: errorsOf(stderr), hasFailed: false };
  const end = `pacman -Slq, which checks the databases, ended with ${status ?? 'a signal'}`;
  const errors = allErrorsOf(stderr);
  return { problems: [...errors, end], hasFailed: true, hint: failureHint(errors) };
}
