import type { LayerLevels, RequirementLevel } from '@sb/core';

import { levelsReader, optionsReader, policyReader } from './documents.js';
import {
  type CapsFeature,
  type CapsLevels,
  type CapsOptions,
  type CapsPolicy,
  featureNames,
  features,
} from './options.js';
import { capsError, documentPlace } from './errors.js';
import { type CapabilityName, maskOf, namesOf } from './names.js';

/**
 * Validates options into a policy. Pure.
 *
 * @throws CapsError `unknown-capability` for a name, `invalid-policy` for options that contradict themselves or ask for
 *   nothing
 * @see capabilities(7)
 */
export function policy(options: CapsOptions): CapsPolicy {
  const read = optionsReader.read(options, documentPlace('options'));
  const sets = setsOf(read);
  const { bounding = 'drop', securebits = 'lock', noNewPrivs = true, levels = {} } = read;
  const asked: Readonly<Record<CapsFeature, boolean>> = {
    capabilities: read.keep !== 'all',
    keep: sets.keep.length > 0,
    ambient: sets.inheritable.length > 0,
    bounding: bounding !== 'leave',
    securebits: securebits === 'lock',
    noNewPrivs,
  };
  return checkedPolicy({
    layer: 'caps',
    ...sets,
    bounding: sorted(Array.isArray(bounding) ? bounding : []),
    levels: levelsOf(asked, levels),
  });
}

/**
 * Checks a whole policy, which may have travelled as JSON. Every function that takes a policy calls this first, so that a
 * missing level cannot count as a weak one.
 *
 * @returns a frozen copy of what was checked; use only this copy
 * @throws CapsError `invalid-policy`, `unknown-capability`
 */
export function requirePolicy(candidate: CapsPolicy): CapsPolicy {
  if (made.has(candidate)) return candidate;
  return checkedPolicy(policyReader.read(candidate, documentPlace('policy')));
}

/** Checks what tables cannot say: which parts fit together. */
function checkedPolicy({ layer, levels, ...lists }: CapsPolicy): CapsPolicy {
  const sets = { keep: sorted(lists.keep), inheritable: sorted(lists.inheritable), ambient: sorted(lists.ambient) };
  const bounding = sorted(lists.bounding);
  requireNested(sets);
  if (features.every((name) => levels[name] === 'off')) askForOne();
  requireConsistent(levels, sets, bounding);
  const whole = Object.freeze({ layer, ...sets, bounding, levels: Object.freeze(levels) });
  made.add(whole);
  return whole;
}

/** Policies that were made here and are frozen. They need not be checked again. */
const made = new WeakSet<CapsPolicy>();

/**
 * Returns the same policy with other levels. A feature that is `off` is not asked for; only one that lists nothing can be.
 *
 * @param given - from {@link policy}
 * @param levels - by the names that reports have for features (`bounding`, `no_new_privs`); the others keep their level
 * @throws CapsError `invalid-policy` for an unknown feature, or one that the policy does not ask for
 */
export function withLevels(given: CapsPolicy, levels: LayerLevels): CapsPolicy {
  const from = requirePolicy(given);
  const named = levelsReader.read(levels, documentPlace('levels'));
  const levelled = features.map((feature) => {
    const name = featureNames[feature];
    const level = named[name] ?? from.levels[feature];
    if (level !== 'off' && from.levels[feature] === 'off')
      refuse(`levels.${name} is given, and ${name} is not asked for`, 'Leave the level out.');
    return [feature, level] as const;
  });
  const all = Object.fromEntries(levelled) as Record<CapsFeature, RequirementLevel>;
  return checkedPolicy({ ...from, bounding: all.bounding === 'off' ? [] : from.bounding, levels: all });
}

/** Requires that a list and the level of its feature agree, as in every policy of policy(). */
function requireConsistent(levels: CapsPolicy['levels'], sets: KeptSets, bounding: readonly string[]): void {
  const { keep, inheritable } = sets;
  const unused = (name: CapsFeature, list: readonly string[]) => levels[name] === 'off' && list.length > 0;
  if (unused('keep', keep) || unused('ambient', inheritable) || unused('bounding', bounding))
    refuse('the policy lists capabilities for a feature that is off', 'Make it with policy().');
  if (unused('capabilities', keep))
    refuse('the policy keeps some capabilities and removes none', 'Make it with policy().');
  const empty = (name: CapsFeature, list: readonly string[]) => levels[name] !== 'off' && list.length === 0;
  if (empty('keep', keep) || empty('ambient', inheritable))
    refuse('the policy has a feature that lists nothing', 'Make it with policy().');
}

function askForOne(): never {
  return refuse('the policy asks for nothing', 'Ask for at least one feature.');
}

type KeptSets = Pick<CapsPolicy, 'keep' | 'inheritable' | 'ambient'>;

function setsOf({ keep = [], ambient = [], inheritable = ambient }: CapsOptions): KeptSets {
  if (keep === 'all' && (ambient.length > 0 || inheritable.length > 0)) {
    refuse(
      "keep: 'all' leaves the ambient and inheritable sets alone, but the options list them",
      'List what to keep.',
    );
  }
  const sets = { keep: sorted(keep === 'all' ? [] : keep), inheritable: sorted(inheritable), ambient: sorted(ambient) };
  requireNested(sets);
  return sets;
}

function requireNested({ keep, inheritable, ambient }: KeptSets): void {
  requireWithin(inheritable, keep, 'not in keep, but in inheritable or ambient');
  requireWithin(ambient, inheritable, 'not in inheritable, but in ambient');
}

/**
 * Returns the policy that keeps nothing: every set empty, securebits locked, no_new_privs.
 *
 * @param levels - default: `require` for everything, which needs CAP_SETPCAP
 */
export function none(levels: CapsLevels = {}): CapsPolicy {
  return policy({ levels });
}

function levelsOf(asked: Readonly<Record<CapsFeature, boolean>>, levels: CapsLevels): CapsPolicy['levels'] {
  // A level for a feature that is not asked for would look like a promise.
  const useless = features.find((name) => levels[name] !== undefined && !asked[name]);
  if (useless !== undefined)
    refuse(`levels.${useless} is given, and ${useless} is not asked for`, 'Leave the level out.');
  const levelOf = (name: CapsFeature) => [name, asked[name] ? (levels[name] ?? 'require') : 'off'] as const;
  return Object.fromEntries(features.map(levelOf)) as Record<CapsFeature, RequirementLevel>;
}

/** By number and each once. */
function sorted(names: readonly CapabilityName[]): readonly CapabilityName[] {
  return Object.freeze(namesOf(maskOf(names)));
}

function requireWithin(names: readonly string[], within: readonly string[], what: string): void {
  const outside = names.filter((name) => !within.includes(name));
  if (outside.length > 0)
    refuse(
      `${outside.join(', ')} is ${what}`,
      'Add it there, or leave it out. ambient must be a part of inheritable, and inheritable a part of keep.',
    );
}

function refuse(what: string, hint: string): never {
  throw capsError('invalid-policy', 'policy', { what, hint });
}
