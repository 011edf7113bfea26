import { type CapsPolicy, policy as capsPolicy } from '@sb/caps';
import type { LandlockPolicy } from '@sb/landlock';

import { checkTogetherness, policyReader } from './documents.js';
import { documentPlace } from '../errors.js';
import { withProfile } from './with-profile.js';
import { landlockPolicy } from './filesystem.js';
import { withSockets } from './unix-and-ipc.js';
import { levelsOf } from './levels.js';
import type { Levels, SandboxOptions, SandboxPolicy } from './options.js';

/** The parts that were made when a policy was read. All users take them from here, and make nothing again. */
export interface PolicyParts {
  readonly levels: Levels;
  /** With the settings of the profile, other than paths. */
  readonly effective: SandboxPolicy;
  /** With the level of each of the layer's own features; undefined if the policy switches it off. */
  readonly caps: CapsPolicy | undefined;
  /** Without the entries of `/` and the files of the program; relative paths as they were given. */
  readonly landlock: LandlockPolicy | undefined;
}

/** Policies that were made here and are frozen, so they cannot have changed. */
const made = new WeakMap<SandboxPolicy, PolicyParts>();

/** Those of them that already contain the settings of their profile. */
const effectives = new WeakSet<SandboxPolicy>();

/**
 * Checks options, or a document such as a parsed JSON file, and returns a frozen policy. `JSON.stringify` and this
 * function convert it without loss. Pure: it looks up no user, examines no path, and does not ask the kernel.
 *
 * @param document - a {@link SandboxOptions}, a {@link SandboxPolicy} or the result of parsing JSON;
 *   `schema/policy.schema.json` describes its form
 * @throws SandboxError `invalid-policy`, with the place in the document as `path`; the errors of the layers' `policy`
 */
export function definePolicy(document: unknown): SandboxPolicy {
  return isMade(document) ? document : makePolicy(readOptions(document));
}

/** Options from {@link readOptions}, or several of them merged: later values replace earlier ones. */
export interface ReadOptions extends Omit<SandboxOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
  readonly [isRead]: true;
}

declare const isRead: unique symbol;

/**
 * Reads options, without making a policy.
 *
 * @throws SandboxError `invalid-policy` for an invalid option
 */
export function readOptions(document: unknown): ReadOptions {
  return policyReader.read(document, documentPlace('policy')) as ReadOptions;
}

/**
 * Makes a policy of options that were read, without reading them again.
 *
 * @throws SandboxError for options that cannot be combined; the errors of the layers' `policy`
 */
export function makePolicy(options: ReadOptions): SandboxPolicy {
  checkTogetherness(options, documentPlace('policy'));
  const policy: SandboxPolicy = Object.freeze({ ...options, version: 1 });
  const effective = Object.freeze(withProfile(policy));
  const parts = { effective, levels: levelsOf(policy), caps: capsOf(policy), landlock: landlockOf(effective) };
  made.set(policy, parts);
  made.set(effective, parts);
  effectives.add(effective);
  return policy;
}

/** Returns the parts of a policy. @param policy - from {@link definePolicy}, or assembled from parts of one */
export function partsOf(policy: SandboxPolicy): PolicyParts {
  const known = made.get(policy);
  return known ?? partsOf(definePolicy(policy));
}

/**
 * Returns a policy with the settings of its profile, from which layers, plans and starts are made. @param policy - any
 * policy
 */
export function effectiveOf(policy: SandboxPolicy): SandboxPolicy {
  return effectives.has(policy) ? policy : partsOf(policy).effective;
}

/**
 * Returns what is in force without the private directory that only a profile asks for. Commands, which may be started
 * again, and compiled files have none.
 *
 * @param policy - from {@link definePolicy}
 */
export function withoutProfileTmp(policy: SandboxPolicy): SandboxPolicy {
  const parts = partsOf(policy);
  if (policy.tmp !== undefined || parts.effective.tmp === undefined) return parts.effective;
  const { tmp: _tmp, home: _home, ...rest } = parts.effective;
  made.set(Object.freeze(rest), parts);
  effectives.add(rest);
  return rest;
}

function isMade(document: unknown): document is SandboxPolicy {
  return made.has(document as SandboxPolicy);
}

function capsOf({ caps = 'none' }: SandboxPolicy): CapsPolicy | undefined {
  return caps === 'off' ? undefined : capsPolicy(caps === 'none' ? {} : caps);
}

function landlockOf(policy: SandboxPolicy): LandlockPolicy | undefined {
  const { landlock = 'read-only' } = policy;
  if (landlock === 'off') return undefined;
  const choice = withSockets(typeof landlock === 'string' ? { preset: landlock } : landlock, policy);
  // The word alone means no restriction; an object without anything else is a mistake.
  if (landlock === 'none' && choice.paths === undefined) return undefined;
  return landlockPolicy(choice);
}
