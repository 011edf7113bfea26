import { type CapsTarget, plan as planCaps, support as capsSupport } from '@sb/caps';
import { type EnforcementReport, type FeatureReport, type LayerPlan, reportOf } from '@sb/core';
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

import { type CgroupSupport, cgroupSupport } from '../cgroup/support.js';
import { type ExpectedCgroup, planCgroup } from './cgroup-features.js';
import { isHeldInCgroup, isOfAnother } from './held-in-cgroup.js';
import type { LayerPolicies } from './layers.js';
import { descendants, needsCgroup } from './descendants.js';
import { execOnce } from './exec-once-feature.js';
import { noNewPrivs } from './no-new-privs.js';
import { lostByExec, openBypasses, withBypass } from './open-bypasses.js';
import type { SandboxPolicy } from '../policy/options.js';
import { processFeatures, sessionKeyring } from './process-features.js';
import { sharedFeatures } from './shared-features.js';

/** What this process and this kernel can do, layer by layer. Plain data, so that tests can plan for any machine. */
export interface SandboxSupport {
  /** Whether the launcher exists: on Linux, for the architectures for which it is built. */
  readonly launcher: boolean;
  readonly privdrop: ReturnType<typeof privdropSupport>;
  readonly caps: ReturnType<typeof capsSupport>;
  readonly landlock: LandlockSupport;
  readonly seccomp: ReturnType<typeof seccompSupport>;
  /** Absent: no cgroup can be made. */
  readonly cgroup?: CgroupSupport;
  /**
   * A random number that is kept secret: by the filter's answer to it, the launcher recognizes that the filter is in
   * force.
   */
  readonly proofKey: bigint;
}

/** What will be enforced, decided before anything is started. */
export interface SandboxPlan extends EnforcementReport {
  /** The layers' records, in the launcher's order; without the process record, which each start makes. */
  readonly records: readonly Uint8Array[];
  /** What must be read back afterwards. */
  readonly expected: Expected;
}

/** The expected state of the child in the kernel. */
export interface Expected {
  /** Absent if the user stays the same. */
  readonly user?: PrivdropPolicy;
  /** Whether the supplementary groups are the user's; not if `setgroups` is denied. */
  readonly groups: boolean;
  readonly caps?: CapsTarget;
  /** Whether the launcher starts the child, and so sets no_new_privs. */
  readonly launcher: boolean;
  /** Whether the child leads a new session. */
  readonly newSession: boolean;
  /** Absent if the child gets no cgroup. */
  readonly cgroup?: ExpectedCgroup;
  readonly filter: boolean;
  readonly landlock?: LandlockPolicy;
  /** The rules as the launcher numbers them. */
  readonly rules: PlannedRules;
}

/**
 * Examines the kernel and the process.
 *
 * @param how - whether a start may get a cgroup: not one by another process. Default: it may
 */
export function sandboxSupport({ cgroup = true }: { readonly cgroup?: boolean } = {}): SandboxSupport {
  let examined: CgroupSupport | undefined;
  return {
    launcher: process.platform === 'linux',
    privdrop: privdropSupport(),
    caps: capsSupport(),
    landlock: landlockSupport(),
    seccomp: seccompSupport(),
    proofKey: newProofKey(),
    // Most policies need none, and the question takes longer than all others.
    get cgroup() {
      return (examined ??= cgroup ? cgroupSupport() : noCgroup);
    },
  };
}

/**
 * Decides what will be enforced. Pure.
 *
 * @param policy - from `definePolicy`, for what the launcher itself does
 * @param layers - from `layerPolicies`
 * @param support - from {@link sandboxSupport}, or invented by a test
 * @throws SandboxError of the layer that requires a missing feature
 */
export function planSandbox(policy: SandboxPolicy, layers: LayerPolicies, support: SandboxSupport): SandboxPlan {
  const plans = planLayers(layers, support, policy);
  const isOn = (line: FeatureReport) => line.feature !== 'no_new_privs';
  const machine = isActive(plans.seccomp) ? machineOf(support) : undefined;
  const cgroup = cgroupOf(policy, { layers, plans, support, machine });
  const features = [
    ...processFeatures(policy, support.launcher),
    ...cgroup.features,
    descendants(policy, {
      launcher: support.launcher,
      cgroup: cgroup.expected,
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
  const open = openBypasses(layers, { machine, abi: support.landlock.abi });
  const bypasses = new Map([...open, ...lostByExec(layers, rootCounts(plans, support))]);
  const inLaunchOrder = [plans.caps, plans.privdrop, plans.landlock, plans.seccomp];
  return {
    ...reportOf(features.map((line) => withBypass(line, bypasses))),
    records: inLaunchOrder.filter(isActive).map(({ record }) => record),
    expected: {
      ...expectedOf(layers, plans, support),
      newSession: policy.newSession ?? true,
      ...(cgroup.expected === undefined ? {} : { cgroup: cgroup.expected }),
    },
  };
}

const noCgroup: CgroupSupport = { state: 'unavailable', reason: 'no cgroup can be made for this start' };

/** Asks about cgroups only where a policy needs one. */
function cgroupOf(
  policy: SandboxPolicy,
  {
    layers,
    plans,
    support,
    machine,
  }: { layers: LayerPolicies; plans: Plans; support: SandboxSupport; machine: Machine | undefined },
) {
  const lines = plans.landlock.features;
  const isNeeded = needsCgroup(policy, lines);
  const cgroup = policy.cgroup !== undefined || isNeeded ? (support.cgroup ?? noCgroup) : noCgroup;
  const present = support.caps.state === 'available' ? support.caps.present.permitted : undefined;
  const permitted = plans.caps.target?.permitted ?? present;
  const holding = {
    layers,
    cgroup,
    user: switchesUser(plans.privdrop) ? layers.privdrop?.uid : undefined,
    isCapable: permitted === undefined || permitted.length > 0,
    lines,
    machine,
  };
  const isHeld = isHeldInCgroup(holding);
  return planCgroup(policy, {
    launcher: support.launcher,
    cgroup,
    isHeld,
    isNeeded,
    isOfAnother: isOfAnother(holding),
  });
}

function switchesUser({ features }: Planned): boolean {
  return features.some(({ feature, state }) => feature === 'user' && state === 'enforced');
}

/** Whether the child may change its user itself; if the layer is off, it has the capabilities of this process. */
function keepsSetuid({ target }: Planned, { caps }: SandboxSupport): boolean {
  if (caps.state !== 'available') return false;
  return (target?.permitted ?? caps.present.permitted).includes('cap_setuid');
}

/** If capabilities are unknown, the launcher does not exist either. */
function mayKill({ caps }: SandboxSupport): boolean {
  return caps.state !== 'available' || caps.present.permitted.includes('cap_kill');
}

/** By what will be in force, not by what was asked for: both layers may be preferred, and missing. */
function rootCounts(plans: Plans, { privdrop }: SandboxSupport): boolean {
  const isRoot = 'identity' in privdrop && privdrop.identity.uid.includes(0);
  const locked = plans.caps.features.some(
    ({ feature, state }) => feature === 'securebits' && (state === 'enforced' || state === 'already'),
  );
  return isRoot && !isActive(plans.privdrop) && !locked;
}

/** The machine for which filters are made; undefined without filters. */
export function machineOf({ seccomp }: SandboxSupport): Machine | undefined {
  return seccomp.state === 'available' ? seccomp.machine : undefined;
}

/** A layer's plan, or its replacement if it is off. */
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

/** Whether the launcher has anything to apply. */
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

/** Whether a policy configures a layer and also switches it off. */
export function isTakenBack(policy: SandboxPolicy, layer: 'privdrop' | 'caps' | 'landlock' | 'seccomp'): boolean {
  const asked = layer === 'privdrop' ? policy.user : policy[layer];
  return asked !== undefined && asked !== 'off' && policy.off?.includes(layer) === true;
}

const takenBack = 'the policy configures it, but also switches it off';
