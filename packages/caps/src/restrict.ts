import { type EnforcementReport, isMainThread, type NativeFailure, readAllTasks, reportOf } from '@sb/core';

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
 * Applies a policy to every thread of this process, for good. First it sets no_new_privs and the inheritable set, lowers the
 * ambient set, drops the bounding set and sets securebits. Then it changes the user, if `options` say so. Then it sets the
 * permitted and effective sets, raises the ambient set and locks securebits. Each thread compares its sets and tries to
 * regain what was given up. At last the sets of every thread are read from `/proc`.
 *
 * @param policy - from {@link policy} or {@link none}
 * @param options - the change of user, if there is one
 * @returns what is enforced, read back from the kernel
 * @throws CapsError. `worker-thread` and every code of {@link plan}: nothing was changed. `verification-failed`,
 *   `syscall-failed`, `not-permitted` from a step: only a part was changed, and the process must end. Never catch these and
 *   continue. If a phase failed, everything was given up instead, and the error says whether that worked.
 * @see capabilities(7), capset(2), prctl(2)
 */
export function restrictSelf(policy: CapsPolicy, options: RestrictOptions = {}): EnforcementReport {
  if (!isMainThread()) {
    throw capsError('worker-thread', 'thread', {
      what: 'only the main thread can restrict capabilities',
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
    // This system has no capabilities, and the policy permits that. The user must change all the same.
    changeUser(switchUser);
  }
  return reportOf(planned.features);
}

/** The first phase. If it fails, only some threads may have completed it: then everything is given up. */
function begin({ record }: CapsPlan): void {
  const result = native().beforeIds(record);
  if (!('errno' in result)) return;
  const error = nativeError(result);
  throw result.step === 'record' ? error : surrendered(error);
}

/** The second phase. If it fails, CAP_SETPCAP and keep_caps could be left: then everything is given up. */
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

/** Runs after a failed change of user, so that code that catches the error has only the rights of the policy. */
function leave(record: Uint8Array, cause: unknown): void {
  const result = native().afterIds(record);
  if ('errno' in result) throw surrendered(nativeError(result), cause);
}

function succeed(result: NativeReached | NativeFailure): void {
  if ('errno' in result) throw nativeError(result);
}
