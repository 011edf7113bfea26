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
 * Asks the real pacman something, in English and without a terminal.
 *
 * @returns undefined where there is no pacman
 */
export async function runPacman(args: readonly string[]): Promise<PacmanResult | undefined> {
  const env = { ...process.env, LC_ALL: 'C' };
  const child = spawn('pacman', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, ...output };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
