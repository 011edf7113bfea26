import type { ChildProcess } from 'node:child_process';

import { errorCode } from '@sb/core';

import type { Cgroup, CgroupEvents } from '../cgroup/cgroup.js';
import { watchDeath } from '../native.js';
import type { SandboxPolicy } from '../policy/options.js';
import { type ReachedLimit, reachedLimits } from './reached-limits.js';

/** Notices which limits a child has reached, and ends its cgroup with it. */
export class LimitWatch {
  readonly #policy: SandboxPolicy;
  readonly #cgroup: Cgroup | undefined;
  #time: number | undefined;
  #reached: readonly ReachedLimit[] = [];

  /**
   * @param child - must not have been waited for yet, and no listener may have been added
   * @param policy - its limits
   * @param cgroup - its cgroup, which ends with it; undefined for none
   */
  constructor(child: ChildProcess, policy: SandboxPolicy, cgroup: Cgroup | undefined) {
    this.#policy = policy;
    this.#cgroup = cgroup;
    if (child.pid !== undefined && policy.rlimits?.cpu !== undefined) {
      watchDeath(child.pid, (_signal, { own }) => {
        if (own >= 0) this.#time = own;
      });
    }
    child.once('exit', (_code, signal) => this.#end(signal));
    // A child that was never executed as the target has no exit.
    child.once('close', () => cgroup?.end());
  }

  /** The limits that the child has reached; empty until it has ended. */
  get reached(): readonly ReachedLimit[] {
    return this.#reached;
  }

  #end(signal: NodeJS.Signals | null): void {
    this.#reached = reachedLimits(this.#policy, { signal, time: this.#time, events: this.#events() });
    this.#cgroup?.end();
  }

  #events(): CgroupEvents | undefined {
    try {
      return this.#cgroup?.events();
    } catch (error) {
      // Another process of this user may have removed it.
      if (errorCode(error) === undefined) throw error;
      return undefined;
    }
  }
}
