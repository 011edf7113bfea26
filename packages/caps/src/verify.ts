import type { TaskStatus } from '@sb/core';

import { capsError } from './errors.js';
import { maskOf } from './names.js';
import type { CapsTarget } from './plan.js';

/** How each set is read from what the kernel reports about a thread. */
const readings: readonly (readonly [
  set: Exclude<keyof CapsTarget, 'noNewPrivs'>,
  read: (task: TaskStatus) => bigint,
])[] = [
  ['effective', ({ capEff }) => capEff],
  ['permitted', ({ capPrm }) => capPrm],
  ['inheritable', ({ capInh }) => capInh],
  ['ambient', ({ capAmb }) => capAmb],
  ['bounding', ({ capBnd }) => capBnd],
];

/**
 * Compares every thread with what was asked for.
 *
 * @param tasks - the threads, as `/proc` shows them
 * @param target - the sets of the plan
 * @throws CapsError `verification-failed`, naming the thread and what differs
 */
export function verify(tasks: readonly TaskStatus[], target: CapsTarget): void {
  for (const task of tasks) {
    const wrong: string[] = readings
      .filter(([set, read]) => target[set] !== undefined && read(task) !== maskOf(target[set]))
      .map(([set]) => set);
    if (target.noNewPrivs === true && !task.noNewPrivs) wrong.push('no_new_privs');
    if (wrong.length === 0) continue;
    throw capsError('verification-failed', 'verify', {
      what: `thread ${task.tid} has ${wrong.join(', ')} that were not asked for`,
      hint: 'End this process: its rights are unknown.',
    });
  }
}
