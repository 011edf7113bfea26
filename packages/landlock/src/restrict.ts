import { type EnforcementReport, type FeatureReport, isMainThread, reportOf } from '@sb/core';

import { plannedRules } from './encode.js';
import { landlockError } from './errors.js';
import { native } from './native.js';
import { nativeError } from './native-error.js';
import { type LandlockPolicy, pathText } from './options.js';
import { plan } from './plan.js';
import { fastOpenAbi } from './rights.js';
import { support } from './support.js';

/** What is enforced, and how that is known. */
export interface LandlockReport extends EnforcementReport {
  /** How many threads are restricted; 0 if none could be. */
  readonly threads: number;
  /**
   * The attempts that each of those threads was denied, and that were allowed before, for instance
   * `open("/", read_dir): EACCES`. A thread has the whole ruleset or none, so one line proves all of it. Empty if the policy
   * forbids nothing that can be tried without harm. The kernel's answer for each thread is then the only evidence, and
   * `features` say so.
   */
  readonly proofs: readonly string[];
  /** Optional paths that do not exist; nothing beneath them is allowed, even if they are made later. */
  readonly missingPaths: readonly string[];
}

/**
 * Restricts this process for good: every thread and all future children. It sets no_new_privs on every thread, opens every
 * path and makes one ruleset. It rehearses the ruleset on a separate thread, and then restricts all threads. At last each
 * thread attempts what is now forbidden.
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
  if (!isMainThread()) {
    throw landlockError('worker-thread', 'thread', {
      what: 'only the main thread can restrict a process',
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
    withLimits(feature, policy, { missingPaths, proofs: reached.proofs, abi: kernel.abi }),
  );
  return { ...reportOf(features), threads: reached.threads, proofs: reached.proofs, missingPaths };
}

/** What is known afterwards. */
type Known = Pick<LandlockReport, 'missingPaths' | 'proofs'> & { readonly abi: number };

/** Adds its limits to the line of a feature that is in force. */
function withLimits(line: FeatureReport, policy: LandlockPolicy, { missingPaths, proofs, abi }: Known): FeatureReport {
  if (line.state !== 'enforced') return line;
  const lost = policy.paths.filter(({ path, rights }) => {
    return missingPaths.includes(pathText(path)) && rights.some((right) => line.feature === `fs.${right}`);
  });
  const reasons = [
    ...(waysRound(abi)[line.feature] ?? []),
    ...(lost.length > 0 ? [`not granted because missing: ${lost.map(({ path }) => pathText(path)).join(', ')}`] : []),
    ...(line.feature.startsWith('log.')
      ? ['the kernel accepted it; the content of its audit log is not read back']
      : []),
    // The kernel's answer is then the only evidence, and each single line must show that.
    ...(proofs.length === 0 ? ['not verified: nothing that the policy forbids can be tried without harm'] : []),
  ];
  return reasons.length === 0 ? line : { ...line, reason: reasons.join('; ') };
}

/** What a right does not cover under the kernel's ABI, by the name of its line. */
const waysRound = (abi: number): Readonly<Record<string, readonly string[]>> => ({
  'net.connect_tcp': [
    abi < fastOpenAbi
      ? 'not for MPTCP sockets, nor for TCP Fast Open on a kernel without the fix of Linux 7.2: a system-call filter must forbid those'
      : 'not for MPTCP sockets: a system-call filter must forbid those',
  ],
  'net.bind_tcp': [
    'not for MPTCP sockets, nor for listening without binding, on a free port: a system-call filter must forbid those',
  ],
});
