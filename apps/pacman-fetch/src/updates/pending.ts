import { FetchError } from '../errors.js';
import { allErrorsOf, errorsOf, failureHint } from '../pacman/errors-of.js';
import { hasAnswered, runPacman } from '../pacman/run-pacman.js';

/**
 * Asks pacman which of the installed packages have a newer version in its databases.
 *
 * @param options - pacman's, which set directories
 * @param signal - stops it when aborted
 * @returns a line each, `NAME OLD -> NEW`; without packages that pacman.conf ignores
 * @throws FetchError `usage` if pacman is not installed; `download` if it fails
 */
export async function pendingUpdates(options: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const result = await runPacman(['-Qu', ...options], signal);
  if (result === undefined)
    throw new FetchError('usage', 'pacman is not installed', 'Install it, or add its directory to PATH.');
  // 1 means none. A pacman that was killed has not reported that there are none.
  if (!hasAnswered(result)) {
    const errors = allErrorsOf(result.stderr);
    const end = errors.length > 0 ? errors.join('\n') : `pacman -Qu ended with ${result.status ?? 'a signal'}`;
    throw new FetchError('download', end, failureHint(errors));
  }
  const [problem] = errorsOf(result.stderr);
  if (problem !== undefined) throw new FetchError('download', problem);
  return result.stdout.split('\n').filter((line) => line !== '' && !line.endsWith('[ignored]'));
}
