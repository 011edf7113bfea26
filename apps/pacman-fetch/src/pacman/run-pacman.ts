import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';

/** What pacman said. */
export interface PacmanResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Characters that it may say on one stream. All of Arch's packages by -Si are a tenth of that. */
const mostCharacters = 256 * 1024 * 1024;

/**
 * Asks the real pacman something that changes nothing, in English and without a terminal.
 *
 * @param signal - ends it when aborted
 * @returns undefined where there is no pacman
 * @throws the signal's reason where it is aborted, and FetchError `download` where it says more than any database of
 *   good faith has; then pacman is gone
 */
export async function runPacman(args: readonly string[], signal: AbortSignal): Promise<PacmanResult | undefined> {
  signal.throwIfAborted();
  // By POSIXLY_CORRECT getopt(3) would take options behind a target for targets.
  const { POSIXLY_CORRECT: _, ...inherited } = process.env;
  const env = { ...inherited, LC_ALL: 'C' };
  const child = spawn('pacman', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  // It holds no lock and writes nothing: there is nothing to clean up.
  const kill = (): void => void child.kill('SIGKILL');
  let isTooMuch = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      isTooMuch ||= output[name].length + text.length > mostCharacters;
      if (isTooMuch) kill();
      else output[name] += text;
    });
  }
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    if (isTooMuch) throw tooMuch(args);
    return { status, ...output };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function tooMuch(args: readonly string[]): FetchError {
  const hint = 'Remove the database of the repository that has so many packages, and its line from pacman.conf.';
  return new FetchError('download', `pacman ${args[0] ?? ''} says more than can be read: a database is hostile`, hint);
}
