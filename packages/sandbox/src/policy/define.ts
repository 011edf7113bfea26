import { type CapsPolicy, policy as capsPolicy } from '@sb/caps';
import type { LandlockPolicy } from '@sb/landlock';

import { checkTogetherness, policyReader } from './documents.js';
import { documentPlace } from '../errors.js';
import { withProfile } from './with-profile.js';
import { landlockPolicy } from './filesystem.js';
import { withSockets } from './unix-and-ipc.js';
import { levelsOf } from './levels.js';
import type { Levels, SandboxOptions, SandboxPolicy } from './options.js';

/** What was made of a policy when it was read: whoever needs it takes it from here, and makes nothing again. */
export interface PolicyParts {
  readonly levels: Levels;
  /** With what the profile says beside paths. */
  readonly effective: SandboxPolicy;
  /** Every level as the layer has it by itself; undefined where the policy switches it off. */
  readonly caps: CapsPolicy | undefined;
  /** Without what lies in `/` and what the program needs; relative paths as they were given. */
  readonly landlock: LandlockPolicy | undefined;
}

/** Policies that were made here, and are frozen: nobody can have changed them. */
const made = new WeakMap<SandboxPolicy, PolicyParts>();

/** Those of them that have in them what their profile says. */
const effectives = new WeakSet<SandboxPolicy>();

/**
 * Checks options, or a document such as a parsed JSON file, and gives back a frozen policy that `JSON.stringify` and
 * this function turn into each other. Pure: no user is looked up, no path is looked at, and the kernel isn't asked.
 *
 * @param document - a {@link SandboxOptions}, a {@link SandboxPolicy} or what was parsed from JSON; its form is
 *   described by `schema/policy.schema.json`
 * @throws SandboxError `invalid-policy`, with the place in the document as `path`; the errors of the layers' `policy`
 */
export function definePolicy(document: unknown): SandboxPolicy {
  return isMade(document) ? document : makePolicy(readOptions(document));
}

/** Options that {@link readOptions} took, or several such with the later one's in the place of the earlier one's. */
export interface ReadOptions extends Omit<SandboxOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
  readonly [isRead]: true;
}

declare const isRead: unique symbol;

/**
 * Reads options, and makes nothing of them.
 *
 * @throws SandboxError `invalid-policy` for what is wrong with one of them
 */
export function readOptions(document: unknown): ReadOptions {
  return policyReader.read(document, documentPlace('policy')) as ReadOptions;
}

/**
 * Makes a policy of options that were read, without a second look at them.
 *
 * @throws SandboxError for options that do not go together; the errors of the layers' `policy`
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

/** What was made of a policy. @param policy - from {@link definePolicy}, or parts of one put together anew */
export function partsOf(policy: SandboxPolicy): PolicyParts {
  const known = made.get(policy);
  return known ?? partsOf(definePolicy(policy));
}

/** A policy with what its profile says: what a layer, a plan or a start is made of. @param policy - any policy */
export function effectiveOf(policy: SandboxPolicy): SandboxPolicy {
  return effectives.has(policy) ? policy : partsOf(policy).effective;
}

/**
 * What is in force of a policy where each start has no folder of its own that its profile alone would give it: in a command
 * that may be started again, and in a compiled file.
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
  // The word alone is the wish for no restriction; an object that says nothing more is a mistake.
  if (landlock === 'none' && choice.paths === undefined) return undefined;
  return landlockPolicy(choice);
}
