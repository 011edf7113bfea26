import { readKernelFile, readKernelLink } from '@sb/core';

/** What a mark looks like, as part of a regular expression. */
export const markPattern = String.raw`\d+-\d+-\d+`;

/**
 * Names this process for as long as the machine runs: its id, when it began, and the namespace that the id is of. What
 * is marked so can be told from what a process left behind that was killed. Without /proc nobody can tell.
 */
export function processMark(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}-${namespace() ?? 0}`;
}

/** Whether the process of a mark is gone. That of another PID namespace, a container's, is never said to be. */
export function isGone(mark: string): boolean {
  const [pid, start, itsNamespace] = mark.split('-');
  return itsNamespace === namespace() && startOf(Number(pid)) !== start;
}

/** When a process began, in clock ticks since the machine did (proc_pid_stat(5), field 22); undefined if it is gone. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readKernelFile(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** The number of our PID namespace (pid_namespaces(7)). */
function namespace(): string | undefined {
  try {
    return /\d+/.exec(readKernelLink('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}
