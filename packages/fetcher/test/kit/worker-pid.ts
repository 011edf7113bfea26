import { readdirSync, readFileSync } from 'node:fs';

/** The workers that a process has now. Default: this one. */
export function workerPids(parent: number | 'self' | undefined = 'self'): readonly number[] {
  return readdirSync(`/proc/${parent}/task`)
    .flatMap((task) => childrenOf(`/proc/${parent}/task/${task}/children`))
    .filter((pid) => pid !== '' && isWorker(pid))
    .map(Number);
}

function childrenOf(list: string): readonly string[] {
  try {
    return readFileSync(list, 'latin1').split(' ');
  } catch {
    // The thread ended meanwhile; what it had started belongs to another one now.
    return [];
  }
}

/** Whether a process is there; one that ended and waits for its parent is not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    // It ended meanwhile.
    return false;
  }
}

function isWorker(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--input-type=');
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

/** The most memory that a process has had so far, in megabytes of 10^6 bytes (`VmHWM`, proc_pid_status(5)); 0 if it ended. */
export function peakMemory(pid: number | undefined): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return (Number(kibibytes) * 1024) / 1e6;
  } catch {
    // It ended meanwhile.
    return 0;
  }
}
