import { FetchError } from '../errors.js';
import { runPacman } from '../pacman/run-pacman.js';

/**
 * Asks pacman which of the installed packages have a newer version in its databases.
 *
 * @param options - pacman's, that say where things are
 * @param signal - ends it when aborted
 * @returns a line each, `NAME OLD -> NEW`; without those that pacman.conf ignores
 * @throws FetchError `usage` without a pacman; `download` where it can't tell
 */
export async function pendingUpdates(options: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const result = await runPacman(['-Qu', ...options], signal);
  if (result === undefined)
    throw new FetchError('usage', 'pacman was not found', 'Install it, or add its directory to PATH.');
  const [problem] = result.stderr.split('\n').flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
  if (problem !== undefined) throw new FetchError('download', problem);
  // 1 is none. One that was killed has not said that there are none.
  if (result.status !== 0 && result.status !== 1) {
    throw new FetchError('download', `pacman -Qu ended with ${result.status ?? 'a signal'}`, 'Run it again.');
  }
  return result.stdout.split('\n').filter((line) => line !== '' && !line.endsWith('[ignored]'));
}
