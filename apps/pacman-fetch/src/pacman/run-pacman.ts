import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { errorCode } from '@sb/core';

/** What pacman said. */
export interface PacmanResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Asks the real pacman something that changes nothing, in English and without a terminal.
 *
 * @param signal - ends it when aborted
 * @returns undefined where there is no pacman
 * @throws the signal's reason where it is aborted, and then pacman is gone
 */
export async function runPacman(args: readonly string[], signal: AbortSignal): Promise<PacmanResult | undefined> {
  signal.throwIfAborted();
  const env = { ...process.env, LC_ALL: 'C' };
  const child = spawn('pacman', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // It holds no lock and writes nothing: there is nothing to clean up.
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    return { status, ...output };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
