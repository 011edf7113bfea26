import { isMainThread } from 'node:worker_threads';

import { type EnforcementReport, type NativeFailure, readAllTasks, reportOf } from '@sb/core';

import { restrictReader } from './documents.js';
import { capsError, documentPlace, nativeError } from './errors.js';
import { native, type NativeReached } from './native.js';
import { type CapsPlan, plan } from './plan.js';
import type { CapsPolicy, RestrictOptions } from './options.js';
import { support } from './support.js';
import { surrendered } from './surrender.js';
import { changeUser } from './switch-user.js';
import { verify } from './verify.js';

/**
 * Applies a policy to every thread of this process, for good: no_new_privs, inheritable, ambient lowered, bounding set,
 * securebits; then, after the change of user if there is one, permitted and effective, ambient raised, securebits
 * locked. Each thread compares its sets and tries to regain what was given up; then the sets of every thread are read
 * from `/proc`.
 *
 * @param policy - from {@link policy} or {@link none}
 * @param options - the change of user, where there is one
 * @returns what is in force, read back from the kernel
 * @throws CapsError. `worker-thread` and every code of {@link plan}: nothing was changed. `verification-failed`,
 *   `syscall-failed`, `not-permitted` from a step: threads are in between and the process must end; never catch and go on.
 *   Where a phase failed, everything was given up instead, and the error says whether that worked.
 * @see capabilities(7), capset(2), prctl(2)
 */
export function restrictSelf(policy: CapsPolicy, options: RestrictOptions = {}): EnforcementReport {
  if (!isMainThread) {
    throw capsError('worker-thread', 'thread', {
      what: 'capabilities can be restricted by the main thread only',
      hint: 'Call it in the main thread; it reaches the threads of its workers too.',
    });
  }
  const { switchUser } = restrictReader.read(options, documentPlace('options'));
  const planned = plan(policy, support(), { userSwitch: switchUser !== undefined });
  if (planned.record.length > 0) {
    begin(planned);
    if (switchUser !== undefined) runSwitch(switchUser, planned.record);
    finish(planned);
  } else if (switchUser !== undefined) {
    // No capabilities here, and the policy is content with that; the user is to change all the same.
    changeUser(switchUser);
  }
  return reportOf(planned.features);
}

/** The first phase. Where it fails, some threads may have gone through it and others not: then everything is given up. */
function begin({ record }: CapsPlan): void {
  const result = native().beforeIds(record);
  if (!('errno' in result)) return;
  const error = nativeError(result);
  throw result.step === 'record' ? error : surrendered(error);
}

/** The second phase. Where it fails, CAP_SETPCAP and keep_caps could still be there: then everything is given up. */
function finish({ record, target }: CapsPlan): void {
  try {
    succeed(native().afterIds(record));
    verify(readAllTasks('self'), target);
  } catch (cause) {
    throw surrendered(cause);
  }
}

function runSwitch(switchUser: () => unknown, record: Uint8Array): void {
  try {
    changeUser(switchUser);
  } catch (error) {
    leave(record, error);
    throw error;
  }
}

/** After a change of user that went wrong: whoever catches that has no more rights than the policy leaves. */
function leave(record: Uint8Array, cause: unknown): void {
  const result = native().afterIds(record);
  if ('errno' in result) throw surrendered(nativeError(result), cause);
}

function succeed(result: NativeReached | NativeFailure): void {
  if ('errno' in result) throw nativeError(result);
}
