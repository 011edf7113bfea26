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
  if (!Object.values(asked).includes(true)) refuse('the policy asks for nothing', 'Ask for one thing at least.');
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
 * @returns the same policy, frozen
 * @throws CapsError `invalid-policy`, `unknown-capability`
 */
export function requirePolicy(candidate: CapsPolicy): CapsPolicy {
  if (typeof candidate !== 'object' || candidate === null || candidate.layer !== 'caps') {
    return refuse('this is no caps policy', 'Make it with policy() or none().');
  }
  const { keep, inheritable, ambient, bounding, levels } = candidate;
  const sets = { keep: sorted(keep), inheritable: sorted(inheritable), ambient: sorted(ambient) };
  requireNested(sets);
  if (typeof levels !== 'object' || levels === null)
    return refuse('the policy has no levels', 'Make it with policy().');
  const names = Object.keys(featureNames) as CapsFeature[];
  for (const name of names) oneOf(`levels.${name}`, levels[name], requirementLevels);
  const idle = (name: CapsFeature, list: readonly string[]) => levels[name] === 'off' && list.length > 0;
  const unused =
    idle('keep', keep) || idle('ambient', inheritable) || idle('bounding', bounding) || idle('capabilities', keep);
  if (unused) refuse('the policy lists capabilities for a feature that is off', 'Make it with policy().');
  return Object.freeze({
    layer: 'caps',
    ...sets,
    bounding: sorted(bounding),
    levels: Object.freeze(Object.fromEntries(names.map((name) => [name, levels[name]])) as CapsPolicy['levels']),
  });
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
