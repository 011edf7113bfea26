import {
  errnoName,
  missingPrebuild,
  parseTaskStatus,
  type PrebuildMissing,
  readKernelFile,
  type TaskStatus,
} from '@sb/core';

import { type ActionName, actionValues } from './policy/actions.js';
import { type Machine, thisMachine } from './tables/architectures.js';
import { native } from './native.js';

/** Flags of `SECCOMP_SET_MODE_FILTER`, by the bit of `linux/seccomp.h`. */
const filterFlags = {
  tsync: 1 << 0,
  log: 1 << 1,
  spec_allow: 1 << 2,
  new_listener: 1 << 3,
  tsync_esrch: 1 << 4,
} as const;

/** The kernel's name of a flag. */
export type FilterFlag = keyof typeof filterFlags;

/** What this kernel and this process can do about filters. Plain data, so a plan can be made for any kernel. */
export type SeccompSupport =
  | {
      readonly state: 'available';
      readonly machine: Machine;
      /** Actions that the kernel has; an unknown one would kill. */
      readonly actions: readonly ActionName[];
      /** Flags that the kernel has. `tsync` reaches every thread (Linux 3.17). */
      readonly flags: readonly FilterFlag[];
      /** Whether no_new_privs is set on this thread. */
      readonly noNewPrivs: boolean;
      /** The number of filters that this thread already has; 0 before Linux 5.9, or if `/proc` cannot be read. */
      readonly filters: number;
    }
  | { readonly state: 'unsupported-platform' | 'unsupported-kernel'; readonly reason: string }
  | PrebuildMissing;

/**
 * Asks the kernel. It never throws for a missing feature: the answer reports it.
 *
 * @see seccomp(2)
 */
export function support(): SeccompSupport {
  if (process.platform !== 'linux') {
    return { state: 'unsupported-platform', reason: `${process.platform} has no seccomp; it is a feature of Linux` };
  }
  const machine = thisMachine();
  if (machine === undefined) {
    return { state: 'unsupported-platform', reason: `this package has no call numbers for ${process.arch}` };
  }
  const missing = missingPrebuild(native);
  if (missing !== undefined) return missing;
  const names = Object.keys(actionValues) as ActionName[];
  const answers = names.map((name) => native().hasAction(actionValues[name]));
  const failed = answers.find((answer) => answer < 0);
  if (failed !== undefined) return { state: 'unsupported-kernel', reason: reasonOf(errnoName(failed)) };
  const flags = (Object.keys(filterFlags) as FilterFlag[]).filter((name) => native().hasFlag(filterFlags[name]) === 1);
  const { noNewPrivs, seccompFilters } = ownStatus();
  return {
    state: 'available',
    machine,
    actions: names.filter((_, index) => answers[index] === 1),
    flags,
    noNewPrivs,
    filters: seccompFilters,
  };
}

/**
 * If earlier restrictions hide `/proc`, the kernel still reports whether no_new_privs is set; the number of filters is
 * 0.
 */
function ownStatus(): Pick<TaskStatus, 'noNewPrivs' | 'seccompFilters'> {
  let text: string;
  try {
    text = readKernelFile('/proc/thread-self/status');
  } catch {
    return { noNewPrivs: native().hasNoNewPrivs(), seccompFilters: 0 };
  }
  return parseTaskStatus(text);
}

function reasonOf(errno: string): string {
  return errno === 'ENOSYS'
    ? 'seccomp(2) fails with ENOSYS: the kernel is built without CONFIG_SECCOMP_FILTER, or a filter hides it'
    : `seccomp(2) fails with ${errno}: a filter that is already loaded forbids it`;
}
