import { readKernelFile, readKernelLink } from '@sb/core';

/** The form of a mark, as part of a regular expression. */
export const markPattern = String.raw`\d+-\d+-\d+`;

/**
 * Names this process for as long as the machine runs: by its id, its start time, and the namespace of the id. Files
 * with a mark can be recognized as left behind by a killed process. Without /proc that is unknown.
 */
export function processMark(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}-${namespace() ?? 0}`;
}

/**
 * Whether the process of a mark has ended. It is never reported for another PID namespace, for instance that of a
 * container.
 */
export function isGone(mark: string): boolean {
  const [pid, start, itsNamespace] = mark.split('-');
  return itsNamespace === namespace() && startOf(Number(pid)) !== start;
}

/**
 * The start time of a process, in clock ticks since the machine started (proc_pid_stat(5), field 22); undefined if it
 * has ended.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readKernelFile(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** The number of the PID namespace of this process (pid_namespaces(7)). */
function namespace(): string | undefined {
  try {
    return /\d+/.exec(readKernelLink('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}
