import { isMainThread } from 'node:worker_threads';

import { restrictSelf as restrictCaps } from '@sb/caps';
import { type EnforcementReport, type FeatureReport, isSandboxError, reportOf, refuseInspector } from '@sb/core';
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

/** What is in force in a process that restricted itself, and how that is known. */
export interface SelfReport extends EnforcementReport {
  /** Of the main thread; every other one was compared with the plan as well. Absent where there is no `/proc`. */
  readonly verified?: Verified;
  /** What every thread was denied that was allowed before: the kernel has no file that tells of Landlock. */
  readonly proofs: readonly string[];
  /** Optional paths that do not exist; nothing beneath them is allowed, also if they are made later. */
  readonly missingPaths: readonly string[];
}

/** What only a new process can be given. */
const ofChildren = [
  'profile',
  'env',
  'tmp',
  'cwd',
  'umask',
  'keepDescriptors',
  'newSession',
  'dieWithParent',
  'execOnce',
] as const;

/**
 * Restricts the current process, every thread of it and all its future children, for good: limits, user and
 * capabilities, then files, ports and scopes, then system calls. All layers are planned before the first is applied, so
 * that a layer that can't be had changes nothing. A child from `createSandbox` is the better choice wherever there can be one: what
 * this process has open, has read and has running stays with it.
 *
 * @param options - options or a policy; only those that a running process can still be given
 * @param more - what is to be done before the first change
 * @returns what is in force, as the layers and the kernel's word about every thread have it
 * @throws SandboxError. `invalid-policy`, `not-permitted`, every code of the layers' plans, and `io-uring-in-use`, since
 *   Node 22 and later don't survive the loss of their io_uring: nothing was changed, and `prepare` was not called.
 *   Whatever a step throws after that leaves the process in between: end it, never catch and go on
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
  const filter = seccomp && afterOthers(() => restrictSeccomp(seccomp));
  const lines = [...identity, ruleset, filter].flatMap((report) => report?.features ?? []);
  const off = planned.features.filter(({ layer, state }) => layer !== 'process' && state === 'off');
  const shared = planned.features.filter(({ feature }) => sharedFeatureNames.some((name) => name === feature));
  const features = [...limits, ...onceEach([...lines, ...shared, ...off])];
  const verified = verifySelf(tasks, planned.expected, features);
  const bypasses = openBypasses(layers, planned.expected.filter ? machineOf(support) : undefined);
  const known = features.map((line) => withBypass(withoutAnswered(line, verified !== undefined), bypasses));
  return {
    ...reportOf(known),
    ...(verified === undefined ? {} : { verified }),
    proofs: ruleset?.proofs ?? [],
    missingPaths: ruleset?.missingPaths ?? [],
  };
}

/** The paths are opened once this process is the other user, who may not reach what lies in a home folder of ours. */
function layersOfSelf(policy: SandboxPolicy): LayerPolicies {
  return layerPolicies(policy, { withoutHomes: policy.user !== undefined });
}

/** What only a child can have, or only the main thread can do, is refused. */
function requireOwn(policy: SandboxPolicy): void {
  for (const key of ofChildren) {
    if (policy[key] !== undefined) refuse(key, 'can be had for a child only', 'Leave it out, or use createSandbox.');
  }
  if (isMainThread) return;
  throw sandboxError('not-permitted', 'thread', {
    what: 'a process can be restricted by its main thread only',
    hint: 'Call it in the main thread; it reaches the threads of workers too.',
  });
}

/** The user changes between the two phases of the capabilities, so that what is kept is carried across. */
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

/** Takes away what a layer by itself has to say and this one says: what the filter leaves open, and what was read back. */
function withoutAnswered(line: FeatureReport, isRead: boolean): FeatureReport {
  if (line.reason === undefined) return line;
  const { reason, ...rest } = line;
  const said = isRead && line.layer === 'seccomp' ? reason.replace(notReadBack, '') : reason;
  const left = said
    .split('; ')
    .filter((text) => text !== '' && !(line.layer === 'landlock' && text.endsWith(forFilter)));
  return left.length === 0 ? rest : { ...rest, reason: left.join('; ') };
}

/** Several layers tell of no_new_privs; the strongest word stands. */
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
