import { encodeRecord, encodeU32, type FeatureReport, type LayerPlan, refuseMissingPrebuild } from '@sb/core';

import { capsError, documentPlace } from './errors.js';
import { type CapabilityName, maskOf } from './names.js';
import {
  ambient,
  areLocked,
  inheritable,
  keepable,
  limitOf,
  type Obstacle,
  obstacles,
  obstacleToUserSwitch,
  type Situation,
} from './obstacles.js';
import { planReader } from './documents.js';
import {
  type CapsFeature,
  type CapsPolicy,
  featureNames,
  features as featureKeys,
  type PlanOptions,
} from './options.js';
import { requirePolicy } from './policy.js';
import type { CapsSupport } from './support.js';

/** The sets that every thread will have; a set that is left alone is absent. */
export interface CapsTarget {
  readonly effective?: readonly CapabilityName[];
  readonly permitted?: readonly CapabilityName[];
  readonly inheritable?: readonly CapabilityName[];
  readonly ambient?: readonly CapabilityName[];
  readonly bounding?: readonly CapabilityName[];
  readonly noNewPrivs?: true;
}

/** What will be done to the capabilities, and what cannot be done. */
export interface CapsPlan extends LayerPlan {
  readonly layer: 'caps';
  /** What is compared with the kernel's answer afterwards, for each thread. */
  readonly target: CapsTarget;
}

/** Flags of the record; `caps.h` has the same numbers. */
const BOUNDING = 1;
const SECUREBITS = 2;
const NO_NEW_PRIVS = 4;
const USER_SWITCH = 8;
const SETS = 16;
const recordVersion = 1;

/**
 * Decides what will be enforced. Pure.
 *
 * @param candidate - a policy from {@link policy}
 * @param support - from {@link support}, or made up for a test
 * @param options - whether the user changes between the phases
 * @throws CapsError if the policy requires what is missing, if the change of user could be undone, or if this is not
 *   a policy; `prebuild-missing` at every level
 */
export function plan(candidate: CapsPolicy, support: CapsSupport, options: PlanOptions = {}): CapsPlan {
  const policy = requirePolicy(candidate);
  const { userSwitch = false } = planReader.read(options, documentPlace('options'));
  refuseMissingPrebuild('caps', support);
  if (support.state !== 'available') return planNothing(policy, support.reason);
  const situation: Situation = { present: support.present, denied: support.denied, userSwitch };
  const unsafe = userSwitch ? obstacleToUserSwitch(policy, situation) : undefined;
  if (unsafe !== undefined) throw refusal(unsafe);
  const features = featuresOf(policy, situation);
  const inForce = (name: CapsFeature) =>
    features.some(({ feature, state }) => feature === featureNames[name] && state !== 'unsupported' && state !== 'off');
  const target = targetOf(policy, situation, inForce);
  const flags =
    (inForce('bounding') ? BOUNDING : 0) |
    (inForce('securebits') ? SECUREBITS : 0) |
    (inForce('noNewPrivs') ? NO_NEW_PRIVS : 0) |
    (userSwitch ? USER_SWITCH : 0) |
    (inForce('capabilities') ? SETS : 0);
  const payload = [target.effective, target.permitted, target.inheritable, target.ambient, target.bounding];
  return {
    layer: 'caps',
    record: encodeRecord({
      layer: 'caps',
      version: recordVersion,
      flags,
      payload: encodeU32(payload.flatMap((names) => halves(maskOf(names ?? [])))),
    }),
    features,
    needs: [],
    target,
  };
}

function targetOf(policy: CapsPolicy, situation: Situation, inForce: (name: CapsFeature) => boolean): CapsTarget {
  const { present } = situation;
  const permitted = keepable(policy, situation);
  return {
    ...(inForce('capabilities') && {
      // Never raised: what was permitted and not effective stays not effective.
      effective: permitted.filter((name) => present.effective.includes(name)),
      permitted,
      inheritable: inheritable(policy, situation),
      ambient: ambient(policy, situation),
    }),
    ...(inForce('bounding') && { bounding: present.bounding.filter((name) => policy.bounding.includes(name)) }),
    ...(inForce('noNewPrivs') && { noNewPrivs: true as const }),
  };
}

function featuresOf(policy: CapsPolicy, situation: Situation): readonly FeatureReport[] {
  return featureKeys.map((name): FeatureReport => {
    const level = policy.levels[name];
    if (level === 'off') return line(name, 'off');
    const obstacle = obstacles[name](policy, situation);
    if (obstacle === undefined) {
      return line(name, holds(name, policy, situation) ? 'already' : 'enforced', limitOf(name, situation));
    }
    if (level === 'require') throw refusal(obstacle);
    const unneeded = whyUnneeded(name, policy, situation);
    return { ...line(name, 'unsupported', obstacle.what), ...(unneeded === undefined ? {} : { unneeded }) };
  });
}

/** Features about executed programs, which give nothing to a process without rights if no_new_privs is set. */
const ofPrograms: ReadonlySet<CapsFeature> = new Set(['bounding', 'securebits']);

/**
 * Returns why it has no consequence that the bounding set or securebits stay. If no_new_privs is set, execve(2) gives only
 * capabilities that are permitted already (cap_bprm_creds_from_file in security/commoncap.c reduces P'(permitted) to
 * P(permitted)), and this process had none at the start. It returns nothing for a process that had some, even if it gives
 * them up.
 *
 * @see capabilities(7), "Transformation of capabilities during execve()"; docs/decisions/0022-unneeded.md
 */
function whyUnneeded(name: CapsFeature, policy: CapsPolicy, situation: Situation): string | undefined {
  if (!ofPrograms.has(name)) return undefined;
  const { present } = situation;
  const hasNone = [present.permitted, present.inheritable, present.ambient].every((set) => set.length === 0);
  const isAsked = policy.levels.noNewPrivs !== 'off';
  const isSet = present.noNewPrivs || (isAsked && obstacles.noNewPrivs(policy, situation) === undefined);
  if (!hasNone || !isSet) return undefined;
  return 'nothing can be gained by it: no_new_privs is set, and the process had no capability at the start';
}

/** Whether a feature without an obstacle is in force already. */
function holds(name: CapsFeature, policy: CapsPolicy, situation: Situation): boolean {
  const { present, userSwitch } = situation;
  if (name === 'noNewPrivs') return present.noNewPrivs;
  if (name === 'securebits') return areLocked(present);
  if (name === 'bounding') return present.bounding.every((capability) => policy.bounding.includes(capability));
  if (userSwitch) return false;
  const same = (one: readonly string[], other: readonly string[]) => one.join() === other.join();
  if (name === 'ambient') {
    return same(policy.ambient, present.ambient) && same(policy.inheritable, present.inheritable);
  }
  if (name === 'keep') return same(policy.keep, present.permitted);
  return (
    same(keepable(policy, situation), present.permitted) &&
    present.inheritable.every((capability) => policy.inheritable.includes(capability)) &&
    present.ambient.every((capability) => policy.ambient.includes(capability))
  );
}

function planNothing(policy: CapsPolicy, reason: string): CapsPlan {
  const features = featureKeys.map((name): FeatureReport => {
    const level = policy.levels[name];
    if (level !== 'require')
      return line(name, level === 'off' ? 'off' : 'unsupported', level === 'off' ? undefined : reason);
    throw refusal({
      code: 'unsupported-platform',
      what: reason,
      hint: `Run on Linux, or set levels.${name} to 'prefer' to continue without it.`,
    });
  });
  return { layer: 'caps', record: new Uint8Array(), features, needs: [], target: {} };
}

function line(name: CapsFeature, state: FeatureReport['state'], reason?: string): FeatureReport {
  return { layer: 'caps', feature: featureNames[name], state, ...(reason === undefined ? {} : { reason }) };
}

function refusal({ code, what, hint }: Obstacle): Error {
  return capsError(code, 'plan', { what, hint });
}

function halves(mask: bigint): readonly [low: number, high: number] {
  return [Number(mask & 0xffff_ffffn), Number(mask >> 32n)];
}
