import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import type { OwnTasks } from './own-tasks.js';
import type { Expected } from '../plan/plan.js';
import { differences, type Verified, verifiedOf } from '../launch/verify.js';

/**
 * Compares the kernel's state of every thread of this process with the plan.
 *
 * @param tasks - opened before; undefined without `/proc`
 * @param expected - from the plan
 * @param features - the claims of the layers
 * @returns the state of the main thread; undefined without `/proc`
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
  // The calling thread is one of them, so an empty list is not from the kernel.
  if (tasks !== undefined && read.length === 0) {
    throw sandboxError('verification-failed', 'verify', {
      what: '/proc/self/task lists no thread of this process, so nothing could be verified',
      hint: 'Mount proc on /proc, and nothing over it. End this process: it is restricted, but how far is unknown.',
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
      what: `the state of this process in the kernel differs from the plan: ${[...new Set(wrong)].join(', ')}`,
      hint: 'End this process: it is only partly restricted.',
    });
  }
  const [main] = read;
  return main && verifiedOf(main, 'self', expected.filter);
}
