import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';
import { notStarted } from './not-started.js';

/** The output of pacman. */
export interface PacmanResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether pacman has answered: it ends with 0 or 1 then. A pacman that was killed, or that cannot begin, has not. */
export function hasAnswered({ status }: PacmanResult): boolean {
  return status === 0 || status === 1;
}

/** The most characters of one stream. `pacman -Si` for all packages of Arch prints a tenth of that. */
const mostCharacters = 256 * 1024 * 1024;

/**
 * Runs a query of the real pacman that changes nothing, in English and without a terminal.
 *
 * @param signal - stops it when aborted
 * @returns undefined if pacman is not installed
 * @throws the reason of the signal if it is aborted; FetchError `download` for more output than an honest database
 *   causes. pacman has ended then
 */
export async function runPacman(args: readonly string[], signal: AbortSignal): Promise<PacmanResult | undefined> {
  signal.throwIfAborted();
  // With POSIXLY_CORRECT getopt(3) would take options after a target for targets.
  const { POSIXLY_CORRECT: _, ...inherited } = process.env;
  const env = { ...inherited, LC_ALL: 'C' };
  const child = spawn('pacman', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  // It holds no lock and writes nothing, so nothing must be cleaned up.
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
    throw notStarted(error);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function tooMuch(args: readonly string[]): FetchError {
  const hint = 'Remove the database of the repository that has so many packages, and its section from pacman.conf.';
  return new FetchError('download', `pacman ${args[0] ?? ''} prints too much output: a database is hostile`, hint);
}
