import type { CgroupEvents } from '../cgroup/cgroup.js';
import type { RlimitValue, SandboxPolicy } from '../policy/options.js';

/** A limit that a program has reached. */
export interface ReachedLimit {
  /** Its name in the report. */
  readonly limit: 'cgroup.memory' | 'cgroup.pids' | 'rlimit.cpu' | 'rlimit.fsize';
  /** Whether the kernel has ended the program for it. Otherwise calls of the program failed. */
  readonly ended: boolean;
}

/** What is known about the end of a program. */
export interface Death {
  /** The signal that ended it; null without one. */
  readonly signal: NodeJS.Signals | null;
  /** Microseconds of processor time of the program itself; undefined if unknown. */
  readonly time: number | undefined;
  /** What its cgroup has counted; undefined without one. */
  readonly events: CgroupEvents | undefined;
}

const microseconds = 1_000_000;

/**
 * Returns the limits that a program has reached, as far as the kernel reports them. Nothing is guessed: a program that
 * gets no memory because of `as` or `data`, or no process because of `nproc`, ends itself as it likes. Pure.
 *
 * @param policy - of the sandbox
 * @param death - the end of the program
 */
export function reachedLimits({ rlimits = {} }: SandboxPolicy, death: Death): readonly ReachedLimit[] {
  const { signal, events } = death;
  return [
    // The kernel has ended every process of the cgroup together (memory.oom.group).
    ...(events?.isOutOfMemory === true ? [{ limit: 'cgroup.memory', ended: signal === 'SIGKILL' } as const] : []),
    ...(events !== undefined && events.refusedPids > 0 ? [{ limit: 'cgroup.pids', ended: false } as const] : []),
    ...(isOutOfTime(rlimits.cpu, death) ? [{ limit: 'rlimit.cpu', ended: true } as const] : []),
    ...(rlimits.fsize !== undefined && rlimits.fsize !== 'unlimited' && signal === 'SIGXFSZ'
      ? [{ limit: 'rlimit.fsize', ended: true } as const]
      : []),
  ];
}

/** At the hard limit the kernel sends SIGKILL, and the soft limit is the same (getrlimit(2)). */
function isOutOfTime(limit: RlimitValue | undefined, { signal, time }: Death): boolean {
  if (limit === undefined || limit === 'unlimited' || time === undefined) return false;
  return (signal === 'SIGKILL' || signal === 'SIGXCPU') && time >= limit * microseconds;
}
