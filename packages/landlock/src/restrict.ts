import { isMainThread } from 'node:worker_threads';

import { type EnforcementReport, type FeatureReport, reportOf } from '@sb/core';

import { plannedRules } from './encode.js';
import { landlockError } from './errors.js';
import { native } from './native.js';
import { nativeError } from './native-error.js';
import { type LandlockPolicy, pathText } from './options.js';
import { plan } from './plan.js';
import { support } from './support.js';

/** What is in force, and how that is known. */
export interface LandlockReport extends EnforcementReport {
  /** How many threads are restricted; 0 where nothing could be. */
  readonly threads: number;
  /**
   * What every one of those threads was denied that was allowed before, for instance `open("/", read_dir): EACCES`.
   * A thread has a ruleset or it hasn't, so one line proves all of it. Empty where the policy forbids nothing that can
   * be tried without harm: then the kernel's answer to the call on each thread is all there is, and `features` say so.
   */
  readonly proofs: readonly string[];
  /** Optional paths that do not exist; nothing beneath them is allowed, also if they are made later. */
  readonly missingPaths: readonly string[];
}

/**
 * Restricts this process for good, every thread of it and all its future children: sets no_new_privs on every thread,
 * opens every path, makes one ruleset, rehearses it on a thread of its own, restricts all threads and has each one try
 * something that is forbidden now.
 *
 * Descriptors that are open stay usable. A second call adds a second ruleset: only what both allow stays allowed.
 *
 * @param policy - from {@link policy}
 * @throws LandlockError. Every code of {@link plan}, `worker-thread`, `path-missing`, `wrong-file-type`,
 *   `too-many-layers`, `invalid-policy`: nothing is restricted (no_new_privs may be set). `threads-unreachable` and
 *   `verification-failed` in step `verify`: some threads may be restricted and some not; the process must end
 * @see landlock_restrict_self(2), Documentation/userspace-api/landlock.rst
 */
export function restrictSelf(policy: LandlockPolicy): LandlockReport {
  if (!isMainThread) {
    throw landlockError('worker-thread', 'thread', {
      what: 'a process can be restricted by its main thread only',
      hint: 'Call it in the main thread; it reaches the threads of workers too.',
    });
  }
  const kernel = support();
  const planned = plan(policy, kernel);
  const nothing = { threads: 0, proofs: [], missingPaths: [] };
  if (planned.record.length === 0) return { ...reportOf(planned.features), ...nothing };
  if (planned.needs.includes('no_new_privs')) {
    const privileges = native().noNewPrivs();
    if ('errno' in privileges) throw nativeError(privileges);
  }
  const rules = plannedRules(policy, kernel.abi);
  const reached = native().applyRecord(planned.record);
  if ('errno' in reached) throw nativeError(reached, rules);
  const missingPaths = reached.skipped.flatMap((rule) => rules.paths[rule] ?? []).map(({ path }) => pathText(path));
  const features = planned.features.map((feature) =>
    withLimits(feature, policy, { missingPaths, proofs: reached.proofs }),
  );
  return { ...reportOf(features), threads: reached.threads, proofs: reached.proofs, missingPaths };
}

/** What is known after the fact. */
type Known = Pick<LandlockReport, 'missingPaths' | 'proofs'>;

/** Adds to a line what limits it though it is in force. */
function withLimits(line: FeatureReport, policy: LandlockPolicy, { missingPaths, proofs }: Known): FeatureReport {
  if (line.state !== 'enforced') return line;
  const lost = policy.paths.filter(({ path, rights }) => {
    return missingPaths.includes(pathText(path)) && rights.some((right) => line.feature === `fs.${right}`);
  });
  const reasons = [
    ...(waysRound[line.feature] ?? []),
    ...(lost.length > 0 ? [`not granted, since missing: ${lost.map(({ path }) => pathText(path)).join(', ')}`] : []),
    ...(line.feature.startsWith('log.') ? ['the kernel took it; what its audit log then holds is not read back'] : []),
    // Only the kernel's word is left then; who reads a single line must see that there.
    ...(proofs.length === 0 ? ['not verified: nothing that the policy forbids can be tried without harm'] : []),
  ];
  return reasons.length === 0 ? line : { ...line, reason: reasons.join('; ') };
}

/** What a right does not reach, by the name of its line. */
const waysRound: Readonly<Record<string, readonly string[]>> = {
  'net.connect_tcp': ['not for MPTCP sockets and TCP Fast Open: a system-call filter must forbid those'],
  'net.bind_tcp': [
    'not for MPTCP sockets, nor for listening without binding, on a free port: a system-call filter must forbid those',
  ],
};
