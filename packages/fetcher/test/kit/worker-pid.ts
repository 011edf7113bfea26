import { readdirSync, readFileSync } from 'node:fs';

/** The workers that this process has now. */
export function workerPids(): readonly number[] {
  return readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'latin1').split(' '))
    .filter((pid) => pid !== '' && isWorker(pid))
    .map(Number);
}

function isWorker(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--input-type=module');
  } catch {
    // It ended meanwhile.
    return false;
  }
}

/**
 * Asks again and again until the answer is yes.
 *
 * @throws Error after ten seconds
 */
export async function eventually(what: string, ask: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (ask()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  throw new Error(`waited ten seconds for ${what}`);
}
