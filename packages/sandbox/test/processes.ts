/* Processes of the machine, as /proc has them. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

const pids = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

/** Numbers of the processes that have this word among their arguments, and have not ended. */
export function processesWith(word: string): readonly number[] {
  return pids().filter((pid) => read(pid, 'cmdline').split('\0').includes(word));
}

/** Numbers of the guardians that stand beside this process, or are its child. */
export function guardiansBy(pid: number): readonly number[] {
  const parent = /\) \S (\d+)/.exec(read(pid, 'stat'))?.[1];
  return pids().filter((one) => {
    const [, name, its] = /\((.*)\) \S (\d+)/.exec(read(one, 'stat')) ?? [];
    return name === 'sb-guardian' && (its === parent || its === String(pid));
  });
}

/** Numbers of the children of a process, this one by default, with this name, those included that nobody has waited for. */
export function childrenNamed(name: string, by = process.pid): readonly number[] {
  return pids().filter((pid) => {
    const [, its, parent] = /\((.*)\) \S (\d+)/.exec(read(pid, 'stat')) ?? [];
    return its === name && parent === String(by);
  });
}

/** Whether none with this word is left, at the latest when the patience is over. */
export async function areGone(word: string, patience = 3000): Promise<boolean> {
  for (const end = Date.now() + patience; Date.now() < end; await wait(20)) {
    if (processesWith(word).length === 0) return true;
  }
  return false;
}

/** Waits until so many have this word. */
export async function untilThere(word: string, count: number): Promise<void> {
  for (const end = Date.now() + 10_000; processesWith(word).length < count; await wait(20)) {
    if (Date.now() > end) throw new Error(`there are ${processesWith(word).length} with ${word}`);
  }
}

/** Ends those with this word. */
export function kill(word: string): void {
  for (const pid of processesWith(word)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }
}

let count = 0;

/** Seconds that no other sleep(1) of this machine is told to wait for. */
export function unusualTime(): string {
  count += 1;
  return `${1000 + (process.pid % 90_000)}.${process.pid}${count}`;
}
