import { restrictSelf as restrictCaps } from '@sb/caps';
import {
  type EnforcementReport,
  type FeatureReport,
  isMainThread,
  isSandboxError,
  reportOf,
  refuseInspector,
} from '@sb/core';
import { restrictSelf as restrictLandlock } from '@sb/landlock';
import { dropPrivileges } from '@sb/privdrop';
import { refuseRings, restrictSelf as restrictSeccomp } from '@sb/seccomp';

import { definePolicy } from '../policy/define.js';
import { documentPlace, refuse, sandboxError } from '../errors.js';
import { withOutcome } from '../launch/launch-error.js';
import { programParts } from '../launch/target.js';
import { layerPolicies, type LayerPolicies, layersFor } from '../plan/layers.js';
import { limitSelf } from './limit-self.js';
import { openBypasses, withBypass } from '../plan/open-bypasses.js';
import type { SandboxOptions, SandboxPolicy } from '../policy/options.js';
import { OwnTasks } from './own-tasks.js';
import { type RestrictSelfOptions, restrictSelfReader } from './restrict-self-document.js';
import { machineOf, planSandbox, sandboxSupport } from '../plan/plan.js';
import { sharedFeatureNames } from '../plan/shared-features.js';
import type { Verified } from '../launch/verify.js';
import { verifySelf } from './verify-self.js';

/** What is in force in a process that restricted itself, and how that was verified. */
export interface SelfReport extends EnforcementReport {
  /** Of the main thread; all others were compared with the plan as well. Absent without `/proc`. */
  readonly verified?: Verified;
  /**
   * Attempts that every thread was denied and that were allowed before: the kernel has no file that shows Landlock
   * rules.
   */
  readonly proofs: readonly string[];
  /** Optional paths that do not exist. Nothing beneath them is allowed, even if they are created later. */
  readonly missingPaths: readonly string[];
}

/** Options that only a new process can have. */
const ofChildren = [
  'profile',
  'env',
  'tmp',
  'cgroup',
  'cwd',
  'umask',
  'keepDescriptors',
  'newSession',
  'dieWithParent',
  'execOnce',
] as const;

/**
 * Restricts the current process, with every thread and all its future children, permanently: limits, user and
 * capabilities, then files, ports and scopes, then system calls. All layers are planned before the first is applied, so
 * a missing layer changes nothing. Prefer a child of `createSandbox` if possible: this process keeps what it has open,
 * has read and has running.
 *
 * @param options - options or a policy; only those that a running process can still get
 * @param more - what is to be done before the first change
 * @returns what is in force, by the layers and by the kernel's state of every thread
 * @throws SandboxError. `invalid-policy`, `not-permitted`, `io-uring-in-use` and every code of the layers' plans mean
 *   that nothing was changed, and that `prepare` was not called. (Node 22 and later do not survive the loss of their
 *   io_uring.) After any other error the process is partly restricted: end it, and never catch the error and continue
 * @see nptl(7), landlock_restrict_self(2), seccomp(2)
 */
export function restrictSelf(options: SandboxOptions | SandboxPolicy, more: RestrictSelfOptions = {}): SelfReport {
  const { prepare } = restrictSelfReader.read(more, documentPlace('options'));
  const policy = definePolicy(options);
  requireOwn(policy);
  const layers = layersFor(layersOfSelf(policy), policy, programParts(process.execPath));
  const support = sandboxSupport();
  const planned = planSandbox(policy, layers, support);
  const { landlock, seccomp } = layers;
  if (seccomp && planned.expected.filter) refuseRings(seccomp);
  prepare?.();
  refuseInspector();
  const switches = planned.features.some(({ feature, state }) => feature === 'user' && state === 'enforced');
  using tasks = OwnTasks.open();
  // First, while the process may still raise them, and no layer has changed anything.
  const limits = limitSelf(policy);
  const identity = identityReports(layers, switches);
  const ruleset = landlock && afterOthers(() => restrictLandlock(landlock));
  const filter = seccomp && afterOthers(() => restrictSeccomp(seccomp, { proofKey: support.proofKey }));
  const lines = [...identity, ruleset, filter].flatMap((report) => report?.features ?? []);
  const off = planned.features.filter(({ layer, state }) => layer !== 'process' && state === 'off');
  const shared = planned.features.filter(({ feature }) => sharedFeatureNames.some((name) => name === feature));
  const features = [...limits, ...onceEach([...lines, ...shared, ...off])];
  const verified = verifySelf(tasks, planned.expected, features);
  const machine = planned.expected.filter ? machineOf(support) : undefined;
  const bypasses = openBypasses(layers, { machine, abi: support.landlock.abi });
  const known = features.map((line) => withBypass(withoutAnswered(line, verified !== undefined), bypasses));
  return {
    ...reportOf(known),
    ...(verified === undefined ? {} : { verified }),
    proofs: ruleset?.proofs ?? [],
    missingPaths: ruleset?.missingPaths ?? [],
  };
}

/**
 * The paths are opened after the switch of user, which may not reach files in a home directory of the original user.
 */
function layersOfSelf(policy: SandboxPolicy): LayerPolicies {
  return layerPolicies(policy, { withoutHomes: policy.user !== undefined });
}

/** Refuses what only a child can have, or only the main thread can do. */
function requireOwn(policy: SandboxPolicy): void {
  for (const key of ofChildren) {
    if (policy[key] !== undefined) refuse(key, 'works only for a child', 'Leave it out, or use createSandbox.');
  }
  if (isMainThread()) return;
  throw sandboxError('not-permitted', 'thread', {
    what: 'only the main thread can restrict a process',
    hint: 'Call it in the main thread; it reaches the threads of workers too.',
  });
}

/** The user changes between the two phases of the capabilities, so that kept capabilities survive. */
function identityReports({ privdrop, caps }: LayerPolicies, switches: boolean): readonly EnforcementReport[] {
  const user = privdrop === undefined || switches ? [] : [dropPrivileges(privdrop)];
  if (caps === undefined) return privdrop !== undefined && switches ? [dropPrivileges(privdrop)] : user;
  if (privdrop === undefined || !switches) return [...user, restrictCaps(caps)];
  let switched: EnforcementReport | undefined;
  const report = restrictCaps(caps, {
    switchUser: () => {
      switched = dropPrivileges(privdrop);
    },
  });
  return switched === undefined ? [report] : [switched, report];
}

function afterOthers<Report extends EnforcementReport>(restrict: () => Report): Report {
  try {
    return restrict();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    throw withOutcome(error, 'End this process: other layers are in force already, and this one is not.');
  }
}

const forFilter = 'a system-call filter must forbid those';
const notReadBack =
  /not read back: \/proc can't be read any more \([^)]*\); the kernel reported success for every thread/;

/** Removes limits of a layer that this report answers: what the filter leaves open, and what was read back. */
function withoutAnswered(line: FeatureReport, isRead: boolean): FeatureReport {
  if (line.reason === undefined) return line;
  const { reason, ...rest } = line;
  const said = isRead && line.layer === 'seccomp' ? reason.replace(notReadBack, '') : reason;
  const left = said
    .split('; ')
    .filter((text) => text !== '' && !(line.layer === 'landlock' && text.endsWith(forFilter)));
  return left.length === 0 ? rest : { ...rest, reason: left.join('; ') };
}

/** Several layers report no_new_privs; the strongest state counts. */
function onceEach(lines: readonly FeatureReport[]): readonly FeatureReport[] {
  const strength = ['enforced', 'already', 'unsupported', 'off'];
  const known = new Map<string, FeatureReport>();
  for (const line of lines) {
    const layer = line.feature === 'no_new_privs' ? 'caps' : line.layer;
    const key = `${layer}.${line.feature}`;
    const other = known.get(key);
    const isStronger = other === undefined || strength.indexOf(line.state) < strength.indexOf(other.state);
    if (isStronger) known.set(key, { ...line, layer });
  }
  return [...known.values()];
}
