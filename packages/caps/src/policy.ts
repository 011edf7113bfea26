import { type RequirementLevel, requirementLevels } from '@sb/core';

import { capsError } from './errors.js';
import { type CapabilityName, maskOf, namesOf } from './names.js';

/** The features of this layer that have a level, each with the name that reports use. */
export const featureNames = {
  capabilities: 'capabilities',
  keep: 'keep',
  ambient: 'ambient',
  bounding: 'bounding',
  securebits: 'securebits',
  noNewPrivs: 'no_new_privs',
} as const;

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

const optionNames = [
  'keep',
  'ambient',
  'inheritable',
  'bounding',
  'securebits',
  'noNewPrivs',
  'levels',
] as const satisfies readonly (keyof CapsOptions)[];

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
  requireKeys('options', options, optionNames);
  const sets = setsOf(options);
  const bounding = options.bounding ?? 'drop';
  const asked: Readonly<Record<CapsFeature, boolean>> = {
    capabilities: options.keep !== 'all',
    keep: sets.keep.length > 0,
    ambient: sets.inheritable.length > 0,
    bounding: Array.isArray(bounding) || oneOf('bounding', bounding, ['drop', 'leave']) === 'drop',
    securebits: oneOf('securebits', options.securebits ?? 'lock', ['lock', 'leave']) === 'lock',
    noNewPrivs: oneOf('noNewPrivs', options.noNewPrivs ?? true, [true, false]),
  };
  return requirePolicy({
    layer: 'caps',
    ...sets,
    bounding: sorted(Array.isArray(bounding) ? bounding : []),
    levels: levelsOf(asked, options.levels ?? {}),
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
  if (typeof candidate !== 'object' || candidate === null || candidate.layer !== 'caps') {
    return refuse('this is no caps policy', 'Make it with policy() or none().');
  }
  requireKeys('policy', candidate, ['layer', 'keep', 'inheritable', 'ambient', 'bounding', 'levels']);
  const { layer, levels } = candidate;
  const sets = {
    keep: sorted(candidate.keep),
    inheritable: sorted(candidate.inheritable),
    ambient: sorted(candidate.ambient),
  };
  const bounding = sorted(candidate.bounding);
  requireNested(sets);
  if (typeof levels !== 'object' || levels === null)
    return refuse('the policy has no levels', 'Make it with policy().');
  const names = Object.keys(featureNames) as CapsFeature[];
  requireKeys('levels', levels, names);
  // Read once, and from here on only the copy: what is checked is what is used.
  const copy = Object.fromEntries(
    names.map((name) => [name, oneOf(`levels.${name}`, levels[name], requirementLevels)]),
  ) as Record<CapsFeature, RequirementLevel>;
  if (names.every((name) => copy[name] === 'off')) askForOne();
  requireConsistent(copy, sets, bounding);
  return Object.freeze({ layer, ...sets, bounding, levels: Object.freeze(copy) });
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

/** Refuses a misspelt key, which would look like a promise, and one without a value, which would get the default. */
function requireKeys(what: string, value: object, allowed: readonly string[]): void {
  if (typeof value !== 'object' || value === null) refuse(`${what}: this is no object`, 'Give an object.');
  for (const [key, given] of Object.entries(value)) {
    if (!allowed.includes(key)) refuse(`${what}: ${key} is unknown`, `Use: ${allowed.join(', ')}.`);
    if (given === undefined || given === null)
      refuse(`${what}: ${key} is ${given}`, 'Leave it out, or give it a value.');
  }
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
  const names = Object.keys(featureNames) as CapsFeature[];
  for (const [name, level] of Object.entries(levels)) {
    oneOf('levels: feature', name, names);
    // A level for something that is not asked for would look like a promise.
    if (!asked[name as CapsFeature]) refuse(`levels.${name} is given, and ${name} is not asked for`, 'Leave it out.');
    oneOf(`levels.${name}`, level, ['require', 'prefer']);
  }
  const levelOf = (name: CapsFeature) => [name, asked[name] ? (levels[name] ?? 'require') : 'off'] as const;
  return Object.fromEntries(names.map(levelOf)) as Record<CapsFeature, RequirementLevel>;
}

/** By number and each once; refuses unknown names. */
function sorted(names: readonly CapabilityName[]): readonly CapabilityName[] {
  if (!Array.isArray(names)) return refuse(`${JSON.stringify(names)} is no list of capabilities`, 'Give a list.');
  return Object.freeze(namesOf(maskOf(names)));
}

function requireWithin(names: readonly string[], within: readonly string[], what: string): void {
  const outside = names.filter((name) => !within.includes(name));
  if (outside.length > 0) refuse(`${outside.join(', ')}: ${what}`, 'ambient is part of inheritable, that of keep.');
}

function oneOf<Value>(name: string, value: Value, allowed: readonly Value[]): Value {
  if (allowed.includes(value)) return value;
  const choices = allowed.map((choice) => JSON.stringify(choice)).join(', ');
  return refuse(`${name} ${JSON.stringify(value)} is unknown`, `Use one of: ${choices}.`);
}

function refuse(what: string, hint: string): never {
  throw capsError('invalid-policy', 'policy', { what, hint });
}
