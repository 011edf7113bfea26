import type { RequirementLevel } from '@sb/core';

import { featureNames, features, levelsReader, optionsReader, policyReader } from './documents.js';
import { capsError, documentPlace } from './errors.js';
import { type CapabilityName, maskOf, namesOf } from './names.js';

/** A feature of this layer. */
export type CapsFeature = keyof typeof featureNames;

/** How much of a feature may be missing: nothing, or what the report then names. Off is said by the option itself. */
export type CapsLevels = Readonly<Partial<Record<CapsFeature, Exclude<RequirementLevel, 'off'>>>>;

/** What {@link policy} takes. The defaults keep nothing and lock everything. */
export interface CapsOptions {
  /**
   * What stays permitted, and effective where it is effective now. Everything else goes from effective, permitted,
   * inheritable and ambient. `'all'` leaves those four sets alone. Default: nothing is kept.
   */
  readonly keep?: readonly CapabilityName[] | 'all';
  /** What a program started afterwards has, too; part of `keep`. Default: nothing. */
  readonly ambient?: readonly CapabilityName[];
  /** What a program started afterwards has if its file says so; part of `keep`. Default: what is ambient. */
  readonly inheritable?: readonly CapabilityName[];
  /** The bounding set: `'drop'` all of it, drop all but a list, or `'leave'` it. Default: `'drop'`. */
  readonly bounding?: 'drop' | 'leave' | readonly CapabilityName[];
  /** Locks noroot, no_setuid_fixup, keep_caps and no_cap_ambient_raise for good. Default: `'lock'`. */
  readonly securebits?: 'lock' | 'leave';
  /** Sets no_new_privs, inherited by every program started afterwards. Default: true. */
  readonly noNewPrivs?: boolean;
  /** Default of each: `require`. */
  readonly levels?: CapsLevels;
}

/** A validated, frozen, JSON-serialisable decision about the capabilities of a process. */
export interface CapsPolicy {
  readonly layer: 'caps';
  readonly keep: readonly CapabilityName[];
  readonly inheritable: readonly CapabilityName[];
  readonly ambient: readonly CapabilityName[];
  /** What may remain in the bounding set; empty where its level is `off`. */
  readonly bounding: readonly CapabilityName[];
  readonly levels: Readonly<Record<CapsFeature, RequirementLevel>>;
}

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
 * Checks a policy as a whole, wherever it comes from: it may have travelled as JSON. Every verb that takes a policy calls
 * this before anything else, so that a level that is missing can't pass for one that is soft.
 *
 * @returns a copy of the policy, frozen: what was checked and nothing else, so it is this that must be used
 * @throws CapsError `invalid-policy`, `unknown-capability`
 */
export function requirePolicy(candidate: CapsPolicy): CapsPolicy {
  if (made.has(candidate)) return candidate;
  return checkedPolicy(policyReader.read(candidate, documentPlace('policy')));
}

/** What no table says: which parts go together. */
function checkedPolicy({ layer, levels, ...lists }: CapsPolicy): CapsPolicy {
  const sets = { keep: sorted(lists.keep), inheritable: sorted(lists.inheritable), ambient: sorted(lists.ambient) };
  const bounding = sorted(lists.bounding);
  requireNested(sets);
  if (features.every((name) => levels[name] === 'off')) askForOne();
  requireConsistent(levels, sets, bounding);
  const policy = Object.freeze({ layer, ...sets, bounding, levels: Object.freeze(levels) });
  made.add(policy);
  return policy;
}

/** Policies that were made here, and are frozen: nobody has to look again. */
const made = new WeakSet<CapsPolicy>();

/**
 * A policy with other levels. What is `off` is not asked for: only what keeps nothing can be.
 *
 * @param given - from {@link policy}
 * @param levels - by the names that reports have for features (`bounding`, `no_new_privs`); the others keep theirs
 * @throws CapsError `invalid-policy` for what is no feature, or one that the policy doesn't ask for
 */
export function withLevels(given: CapsPolicy, levels: Readonly<Partial<Record<string, RequirementLevel>>>): CapsPolicy {
  const policy = requirePolicy(given);
  const named = levelsReader.read(levels, documentPlace('levels'));
  const levelled = features.map((feature) => {
    const name = featureNames[feature];
    const level = named[name] ?? policy.levels[feature];
    if (level !== 'off' && policy.levels[feature] === 'off')
      refuse(`levels.${name} is given, and ${name} is not asked for`, 'Leave the level out.');
    return [feature, level] as const;
  });
  const all = Object.fromEntries(levelled) as Record<CapsFeature, RequirementLevel>;
  return checkedPolicy({ ...policy, bounding: all.bounding === 'off' ? [] : policy.bounding, levels: all });
}

/** A list and the level of its feature say the same, as in whatever policy() makes. */
function requireConsistent(levels: CapsPolicy['levels'], sets: KeptSets, bounding: readonly string[]): void {
  const { keep, inheritable } = sets;
  const unused = (name: CapsFeature, list: readonly string[]) => levels[name] === 'off' && list.length > 0;
  if (unused('keep', keep) || unused('ambient', inheritable) || unused('bounding', bounding))
    refuse('the policy lists capabilities for a feature that is off', 'Make it with policy().');
  if (unused('capabilities', keep)) refuse('the policy keeps some and takes none away', 'Make it with policy().');
  const empty = (name: CapsFeature, list: readonly string[]) => levels[name] !== 'off' && list.length === 0;
  if (empty('keep', keep) || empty('ambient', inheritable))
    refuse('the policy has a feature that lists nothing', 'Make it with policy().');
}

function askForOne(): never {
  return refuse('the policy asks for nothing', 'Ask for one thing at least.');
}

type KeptSets = Pick<CapsPolicy, 'keep' | 'inheritable' | 'ambient'>;

function setsOf({ keep = [], ambient = [], inheritable = ambient }: CapsOptions): KeptSets {
  if (keep === 'all' && (ambient.length > 0 || inheritable.length > 0)) {
    refuse("keep: 'all' leaves the ambient and inheritable sets alone, and they are listed", 'List what to keep.');
  }
  const sets = { keep: sorted(keep === 'all' ? [] : keep), inheritable: sorted(inheritable), ambient: sorted(ambient) };
  requireNested(sets);
  return sets;
}

function requireNested({ keep, inheritable, ambient }: KeptSets): void {
  requireWithin(inheritable, keep, 'inheritable but not kept');
  requireWithin(ambient, inheritable, 'ambient but not inheritable');
}

/**
 * The policy that keeps nothing: every set empty, securebits locked, no_new_privs.
 *
 * @param levels - default: `require` for everything, which needs CAP_SETPCAP
 */
export function none(levels: CapsLevels = {}): CapsPolicy {
  return policy({ levels });
}

function levelsOf(asked: Readonly<Record<CapsFeature, boolean>>, levels: CapsLevels): CapsPolicy['levels'] {
  // A level for something that is not asked for would look like a promise.
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
  if (outside.length > 0) refuse(`${outside.join(', ')}: ${what}`, 'ambient is part of inheritable, that of keep.');
}

function refuse(what: string, hint: string): never {
  throw capsError('invalid-policy', 'policy', { what, hint });
}
