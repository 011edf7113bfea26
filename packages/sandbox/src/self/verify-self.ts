import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import type { OwnTasks } from './own-tasks.js';
import type { Expected } from '../plan/plan.js';
import { differences, type Verified, verifiedOf } from '../launch/verify.js';

/**
 * Compares what the kernel says of every thread of this process with the plan.
 *
 * @param tasks - opened before; undefined where there are none
 * @param expected - from the plan
 * @param features - what the layers claim
 * @returns what was read of the main thread; undefined where there is no `/proc`
 * @throws SandboxError `verification-failed`: the process must end
 */
export function verifySelf(
  tasks: OwnTasks | undefined,
  expected: Expected,
  features: readonly FeatureReport[],
): Verified | undefined {
  const isSet = ({ feature, state }: FeatureReport): boolean =>
    feature === 'no_new_privs' && (state === 'enforced' || state === 'already');
  const read = tasks?.read() ?? [];
  // A thread that asks is one of them, so a list without any is not the kernel's.
  if (tasks !== undefined && read.length === 0) {
    throw sandboxError('verification-failed', 'verify', {
      what: '/proc/self/task names no thread of this process, so nothing could be read back',
      hint: 'Mount proc on /proc, and nothing over it. End this process: it is restricted, and nobody knows how far.',
    });
  }
  const wrong = read.flatMap((task) =>
    differences(
      task,
      { ...expected, launcher: features.some(isSet), newSession: false },
      { by: 'self', filters: tasks?.filters },
    ),
  );
  if (wrong.length > 0) {
    throw sandboxError('verification-failed', 'verify', {
      what: `the kernel says otherwise than was planned of this process: ${[...new Set(wrong)].join(', ')}`,
      hint: 'End this process: it is restricted in part only.',
    });
  }
  const [main] = read;
  return main && verifiedOf(main, 'self', expected.filter);
}
