import { type CapsTarget, plan as planCaps, support as capsSupport } from '@sb/caps';
import { deniedClause, type EnforcementReport, type FeatureReport, type LayerPlan, reportOf } from '@sb/core';
import {
  type LandlockPolicy,
  type LandlockSupport,
  plan as planLandlock,
  plannedRules,
  type PlannedRules,
  support as landlockSupport,
} from '@sb/landlock';
import { plan as planPrivdrop, type PrivdropPolicy, support as privdropSupport } from '@sb/privdrop';
import { type Machine, newProofKey, plan as planSeccomp, support as seccompSupport } from '@sb/seccomp';

import type { LayerPolicies } from './layers.js';
import { descendants } from './descendants.js';
import { lostByExec, openBypasses, withBypass } from './open-bypasses.js';
import type { SandboxPolicy } from '../policy/options.js';
import { sandboxError } from '../errors.js';
import { noLauncher, processFeatures, sessionKeyring } from './process-features.js';
import { sharedFeatures } from './shared-features.js';

/** What this process and this kernel can do, layer by layer. Plain data, so that any machine can be planned for. */
export interface SandboxSupport {
  /** Whether there is a launcher: on Linux, for the architectures that it is built for. */
  readonly launcher: boolean;
  readonly privdrop: ReturnType<typeof privdropSupport>;
  readonly caps: ReturnType<typeof capsSupport>;
  readonly landlock: LandlockSupport;
  readonly seccomp: ReturnType<typeof seccompSupport>;
  /** A number that nobody else knows: by the filter's answer to it the launcher finds the filter in force. */
  readonly proofKey: bigint;
}

/** What will be enforced, decided before anything is started. */
export interface SandboxPlan extends EnforcementReport {
  /** The layers' records, in the launcher's order; without the process record, which each start has its own of. */
  readonly records: readonly Uint8Array[];
  /** What has to be read back afterwards. */
  readonly expected: Expected;
}

/** What the kernel must say of the child. */
export interface Expected {
  /** Absent where the user stays. */
  readonly user?: PrivdropPolicy;
  /** Whether the supplementary groups are the user's; they are not where `setgroups` is denied. */
  readonly groups: boolean;
  readonly caps?: CapsTarget;
  /** Whether the launcher starts the child, and so sets no_new_privs. */
  readonly launcher: boolean;
  /** Whether the child leads a session of its own. */
  readonly newSession: boolean;
  readonly filter: boolean;
  readonly landlock?: LandlockPolicy;
  /** The rules as the launcher counts them. */
  readonly rules: PlannedRules;
}

/** Asks the kernel and the process. */
export function sandboxSupport(): SandboxSupport {
  return {
    launcher: process.platform === 'linux',
    privdrop: privdropSupport(),
    caps: capsSupport(),
    landlock: landlockSupport(),
    seccomp: seccompSupport(),
    proofKey: newProofKey(),
  };
}

/**
 * Decides what will be enforced. Pure.
 *
 * @param policy - from `definePolicy`, for what the launcher itself does
 * @param layers - from `layerPolicies`
 * @param support - from {@link sandboxSupport}, or made up for a test
 * @throws SandboxError of the layer that requires what is missing
 */
export function planSandbox(policy: SandboxPolicy, layers: LayerPolicies, support: SandboxSupport): SandboxPlan {
  const plans = planLayers(layers, support, policy);
  const isOn = (line: FeatureReport) => line.feature !== 'no_new_privs';
  const machine = isActive(plans.seccomp) ? machineOf(support) : undefined;
  const features = [
    ...processFeatures(policy, support.launcher),
    descendants(policy, {
      launcher: support.launcher,
      lacksKill: (switchesUser(plans.privdrop) || keepsSetuid(plans.caps, support)) && !mayKill(support),
      lines: plans.landlock.features,
    }),
    sessionKeyring(support.launcher && switchesUser(plans.privdrop)),
    ...plans.privdrop.features.filter(isOn),
    ...plans.caps.features.filter(isOn),
    noNewPrivs(support),
    ...plans.landlock.features,
    ...plans.seccomp.features.filter(isOn),
    ...execOnce(policy, isActive(plans.seccomp)),
    ...sharedFeatures({ layers, machine, lines: [...plans.landlock.features, ...plans.seccomp.features] }),
  ];
  const bypasses = new Map([...openBypasses(layers, machine), ...lostByExec(layers, rootCounts(plans, support))]);
  const inLaunchOrder = [plans.caps, plans.privdrop, plans.landlock, plans.seccomp];
  return {
    ...reportOf(features.map((line) => withBypass(line, bypasses))),
    records: inLaunchOrder.filter(isActive).map(({ record }) => record),
    expected: { ...expectedOf(layers, plans, support), newSession: policy.newSession ?? true },
  };
}

function switchesUser({ features }: Planned): boolean {
  return features.some(({ feature, state }) => feature === 'user' && state === 'enforced');
}

/** Whether the child may take another user by itself; where the layer is off it has what this process has. */
function keepsSetuid({ target }: Planned, { caps }: SandboxSupport): boolean {
  if (caps.state !== 'available') return false;
  return (target?.permitted ?? caps.present.permitted).includes('cap_setuid');
}

/** Where nothing is known of capabilities there is no launcher either. */
function mayKill({ caps }: SandboxSupport): boolean {
  return caps.state !== 'available' || caps.present.permitted.includes('cap_kill');
}

/** By what will be in force, not by what was asked for: both layers may be preferred, and not to be had. */
function rootCounts(plans: Plans, { privdrop }: SandboxSupport): boolean {
  const isRoot = 'identity' in privdrop && privdrop.identity.uid.includes(0);
  const locked = plans.caps.features.some(
    ({ feature, state }) => feature === 'securebits' && (state === 'enforced' || state === 'already'),
  );
  return isRoot && !isActive(plans.privdrop) && !locked;
}

/** The machine that filters are made for; undefined where there are none. */
export function machineOf({ seccomp }: SandboxSupport): Machine | undefined {
  return seccomp.state === 'available' ? seccomp.machine : undefined;
}

/** Whether the child stays the program that it is: the filter's work, so there is none where there is no filter. */
function execOnce(policy: SandboxPolicy, filtered: boolean): readonly FeatureReport[] {
  if (policy.execOnce !== true) return [];
  const line = { layer: 'seccomp', feature: 'exec_once' } as const;
  return [filtered ? { ...line, state: 'enforced' } : { ...line, state: 'unsupported', reason: 'there is no filter' }];
}

/** A layer's plan, or what stands for one where it is off. */
type Planned = Pick<LayerPlan, 'record' | 'features'> & { readonly target?: CapsTarget };

type Plans = Readonly<Record<'privdrop' | 'caps' | 'landlock' | 'seccomp', Planned>>;

function planLayers(layers: LayerPolicies, support: SandboxSupport, policy: SandboxPolicy): Plans {
  const off = (layer: 'privdrop' | 'caps' | 'landlock' | 'seccomp', feature: string) => {
    const line: FeatureReport = { layer, feature, state: 'off' };
    return { record: new Uint8Array(), features: [isTakenBack(policy, layer) ? { ...line, reason: takenBack } : line] };
  };
  const privdrop = layers.privdrop ? planPrivdrop(layers.privdrop, support.privdrop) : off('privdrop', 'user');
  const userSwitch = isActive(privdrop);
  return {
    privdrop,
    caps: layers.caps ? planCaps(layers.caps, support.caps, { userSwitch }) : off('caps', 'capabilities'),
    landlock: layers.landlock ? planLandlock(layers.landlock, support.landlock) : off('landlock', 'fs'),
    seccomp: layers.seccomp
      ? planSeccomp(layers.seccomp, support.seccomp, { proofKey: support.proofKey })
      : off('seccomp', 'filter'),
  };
}

/** Whether there is anything for the launcher to apply. */
function isActive({ record }: Planned): boolean {
  return record.length > 0;
}

function expectedOf(layers: LayerPolicies, { privdrop, caps, landlock, seccomp }: Plans, support: SandboxSupport) {
  const groups = privdrop.features.find(({ feature }) => feature === 'groups')?.state ?? 'off';
  const expected: Omit<Expected, 'newSession'> = {
    groups: groups === 'enforced' || groups === 'already',
    launcher: support.launcher,
    filter: isActive(seccomp),
    rules: layers.landlock ? plannedRules(layers.landlock, support.landlock.abi) : { paths: [], ports: [] },
    ...(layers.privdrop && isActive(privdrop) ? { user: layers.privdrop } : {}),
    ...(caps.target && isActive(caps) ? { caps: caps.target } : {}),
    ...(layers.landlock && isActive(landlock) ? { landlock: layers.landlock } : {}),
  };
  return expected;
}

/** Whether a policy asks for a layer in its own words, and switches it off with others. */
export function isTakenBack(policy: SandboxPolicy, layer: 'privdrop' | 'caps' | 'landlock' | 'seccomp'): boolean {
  const asked = layer === 'privdrop' ? policy.user : policy[layer];
  return asked !== undefined && asked !== 'off' && policy.off?.includes(layer) === true;
}

const takenBack = 'the policy asks for it, and off names it';

/**
 * The launcher can't go on without it, whatever the levels say: Landlock and the filter both need it.
 *
 * @throws SandboxError `not-permitted` where a filter above denies it
 */
function noNewPrivs({ launcher, privdrop, caps }: SandboxSupport): FeatureReport {
  const line = { layer: 'caps', feature: 'no_new_privs' };
  if (!launcher) return { ...line, state: 'unsupported', reason: noLauncher };
  const isSet = privdrop.state === 'available' && privdrop.noNewPrivs === 'already';
  if (isSet) return { ...line, state: 'already' };
  const denied = caps.state === 'available' ? caps.denied?.find(({ call }) => call === setNoNewPrivs) : undefined;
  if (denied === undefined) return { ...line, state: 'enforced' };
  throw sandboxError('not-permitted', 'plan', {
    what: `${deniedClause(denied)}, and no sandbox can do without it`,
    hint: 'Let that filter allow prctl, or set no_new_privs before it is loaded. Nothing was changed.',
    syscall: 'prctl',
  });
}

const setNoNewPrivs = 'prctl(PR_SET_NO_NEW_PRIVS)';
