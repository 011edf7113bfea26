import { type FeatureReport, type LayerPlan, type PrebuildMissing, refuseMissingPrebuild } from '@sb/core';

import { type LandlockErrorCode, landlockError } from './errors.js';
import { type Feature, featuresOf, type LandlockPolicy } from './options.js';
import { encodePolicy } from './encode.js';
import { requirePolicy } from './require-policy.js';
import { entryOf } from './rights.js';
import { type LandlockSupport, obstacles } from './support.js';

/** What will be restricted, and what cannot be. */
export interface LandlockPlan extends LayerPlan {
  readonly layer: 'landlock';
}

/**
 * Decides what will be enforced, right by right. Pure.
 *
 * The policy's own ABI is the ceiling, and the kernel's is the floor. A newer kernel changes nothing. An older one loses
 * exactly what it does not have, and each loss is in `features` with its reason.
 *
 * @param given - from `policy`; it may have travelled as JSON
 * @param support - from {@link support}, or made up for a test
 * @throws LandlockError `invalid-policy` for what `policy` would not have made. `unsupported-kernel`, `disabled-at-boot`,
 *   `not-permitted` or `unsupported-platform` if the policy requires what this kernel does not have. `prebuild-missing` at
 *   every level
 */
export function plan(given: LandlockPolicy, support: LandlockSupport): LandlockPlan {
  const policy = requirePolicy(given);
  refuseMissingPrebuild('landlock', support);
  requireSupport(support);
  const features = featuresOf(policy).map((feature) => line(feature, policy, support));
  const missing = features.filter(({ feature, state }) => state === 'unsupported' && policy.require.includes(feature));
  if (missing.length > 0) throw refusal(missing, support);
  const record = encodePolicy(policy, support);
  return { layer: 'landlock', record, features, needs: record.length > 0 ? ['no_new_privs'] : [] };
}

/** Refuses any other value: it has no ABI to compare with, so every right would count as enforced. */
function requireSupport(support: LandlockSupport): void {
  const { state, abi } = (support as Partial<LandlockSupport> | undefined) ?? {};
  const isAvailable = state === 'available' && Number.isSafeInteger(abi) && Number(abi) >= 1;
  if (isAvailable || (state !== undefined && Object.hasOwn(obstacles, state) && abi === 0)) return;
  throw landlockError('invalid-policy', 'plan', {
    what: 'the second argument is not an answer of support()',
    hint: 'Pass the result of support().',
  });
}

function line([group, name]: Feature, policy: LandlockPolicy, support: LandlockSupport): FeatureReport {
  const feature = `${group}.${name}`;
  const reason = lossOf([group, name], policy, support);
  if (reason !== undefined) return { layer: 'landlock', feature, state: 'unsupported', reason };
  return { layer: 'landlock', feature, state: 'enforced' };
}

/** Returns why a feature is unavailable, or undefined. */
function lossOf([group, name]: Feature, policy: LandlockPolicy, support: LandlockSupport): string | undefined {
  if (support.state !== 'available') return support.reason;
  const needed = entryOf(group, name)?.abi ?? 0;
  const known = featuresOf(policy).filter(([other, right]) => (entryOf(other, right)?.abi ?? 0) <= support.abi);
  if (group === 'log' && needed <= support.abi) {
    // The log's flags go with a ruleset; quiet rules are rules for files.
    const isSubject = ([other]: Feature): boolean => (name === 'quiet' ? other === 'fs' : other !== 'log');
    return known.some(isSubject) ? undefined : 'this kernel supports no part of the policy that could be logged';
  }
  if (needed <= support.abi) return undefined;
  const reason = `needs ABI ${needed}, kernel has ${support.abi}`;
  if (name !== 'refer') return reason;
  // ABI 1 denies every rename and link between folders under any ruleset for files: the restriction holds there, a
  // grant does not. Without another right for files that this kernel knows there is no ruleset for files.
  if (!known.some(([other]) => other === 'fs')) return reason;
  const granted = policy.paths.some(({ rights }) => rights.includes('refer'));
  return granted ? `${reason}, which always denies renaming and linking between directories` : undefined;
}

function refusal(missing: readonly FeatureReport[], support: Exclude<LandlockSupport, PrebuildMissing>): Error {
  const names = missing.map(({ feature }) => feature);
  if (support.state === 'available') {
    const reasons = missing.map(({ feature, reason }) => `${feature} (${reason})`);
    return landlockError('unsupported-kernel', 'plan', {
      what: `required but not available: ${reasons.join(', ')}`,
      hint: 'Use a newer kernel, or leave these out of require; the report then says what is missing.',
    });
  }
  const codes: Readonly<Record<typeof support.state, LandlockErrorCode>> = {
    'disabled-at-boot': 'disabled-at-boot',
    'not-built': 'unsupported-kernel',
    blocked: 'not-permitted',
    'too-many-layers': 'too-many-layers',
    'unsupported-platform': 'unsupported-platform',
  };
  return landlockError(codes[support.state], 'plan', {
    // All of it is missing for the same reason, which a list of twenty names would hide.
    what: `${support.reason}; required but not available: ${names.length > 5 ? `${names.length} of its features` : names.join(', ')}`,
    hint: obstacles[support.state].hint,
  });
}
