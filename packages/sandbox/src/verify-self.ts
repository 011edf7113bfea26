import { closeSync, constants, openSync } from 'node:fs';

import { errorCode, type FeatureReport } from '@sb/core';

import { sandboxError } from './errors.js';
import type { OwnTasks } from './own-tasks.js';
import type { Expected } from './plan.js';
import { differences, type Verified, verifiedOf } from './verify.js';

/** What the kernel says of this process, once it is restricted. */
export interface SelfVerified {
  /** Of the main thread; every other one was compared with the plan as well. Absent where there is no `/proc`. */
  readonly verified?: Verified;
  /** Attempts that were denied, for instance `fs.write_file: EACCES`: the kernel has no file that tells of Landlock. */
  readonly proofs: readonly string[];
}

/**
 * Compares what the kernel says of every thread with the plan, and tries what the ruleset forbids.
 *
 * @param tasks - opened before; undefined where there are none
 * @param expected - from the plan
 * @param features - what the layers claim
 * @param couldWrite - whether {@link canWrite} was true before
 * @throws SandboxError `verification-failed`: the process must end
 */
export function verifySelf(
  tasks: OwnTasks | undefined,
  expected: Expected,
  { features, couldWrite }: { readonly features: readonly FeatureReport[]; readonly couldWrite: boolean },
): SelfVerified {
  const claims = (name: string): boolean =>
    features.some(
      ({ layer, feature, state }) => `${layer}.${feature}` === name && (state === 'enforced' || state === 'already'),
    );
  const target = { ...expected, launcher: claims('caps.no_new_privs') };
  const read = tasks?.read() ?? [];
  const wrong = read.flatMap((task) => differences(task, target, 'self'));
  const isDenied = couldWrite && isReadOnlyHere(expected) && claims('landlock.fs.write_file');
  if (isDenied && canWrite()) wrong.push('landlock');
  if (wrong.length > 0) {
    throw sandboxError('verification-failed', 'verify', {
      what: `the kernel says otherwise than was planned of this process: ${[...new Set(wrong)].join(', ')}`,
      hint: 'End this process: it is restricted in part only.',
    });
  }
  const [main] = read;
  return {
    ...(main === undefined ? {} : { verified: verifiedOf(main, 'self', expected.filter) }),
    proofs: isDenied ? ['fs.write_file: EACCES'] : [],
  };
}

/** A device that everybody may write to, and no preset grants. */
const device = '/dev/full';

/** Whether the ruleset grants nothing to write that the device could lie in. */
function isReadOnlyHere({ landlock }: Expected): boolean {
  const may = (right: string): boolean => right === 'write_file';
  return landlock?.paths.every(({ path, rights }) => path === '/dev/null' || !rights.some(may)) === true;
}

/** Whether a device that takes nothing can be opened for writing. Harmless: nothing is written. */
export function canWrite(): boolean {
  try {
    closeSync(openSync(device, constants.O_WRONLY));
    return true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
