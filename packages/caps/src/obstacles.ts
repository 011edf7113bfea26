import { type DeniedCall, deniedClause } from '@sb/core';

import type { CapsErrorCode } from './errors.js';
import type { CapabilityName } from './names.js';
import type { CapsFeature, CapsPolicy } from './options.js';
import { lockedSecurebits, type Securebit } from './securebits.js';
import type { CapsSupport } from './support.js';

/** A reason why a feature is impossible: an error under `require`, a reason in the report under `prefer`. */
export interface Obstacle {
  readonly code: CapsErrorCode;
  readonly what: string;
  readonly hint: string;
}

/** A support whose kernel has capabilities. */
export type Available = Extract<CapsSupport, { state: 'available' }>;

/** How a policy is applied. */
export interface Situation {
  readonly present: Available['present'];
  /** Calls that an earlier filter denies. Default: none. */
  readonly denied?: readonly DeniedCall[] | undefined;
  /** Whether the user changes between the two phases. */
  readonly userSwitch: boolean;
}

/** Returns the obstacle of each feature, if it has one. A table, so that no feature is forgotten. */
export const obstacles: Readonly<
  Record<CapsFeature, (policy: CapsPolicy, situation: Situation) => Obstacle | undefined>
> = {
  capabilities: obstacleToSets, // capset(2) may always lower, unless a filter denies it
  keep: obstacleToKeep,
  ambient: obstacleToAmbient,
  bounding: obstacleToBounding,
  securebits: obstacleToSecurebits,
  noNewPrivs: obstacleToNoNewPrivs, // since Linux 3.5, for everyone
};

/** Returns the capabilities to keep that this process has. */
export function keepable(policy: CapsPolicy, { present, userSwitch }: Situation): readonly CapabilityName[] {
  if (userSwitch && carryingIsLocked(present)) return [];
  return policy.keep.filter((name) => present.permitted.includes(name));
}

/** Returns those of `inheritable` that are possible: raising one needs it in the bounding set (`capabilities(7)`). */
export function inheritable(policy: CapsPolicy, situation: Situation): readonly CapabilityName[] {
  const { present } = situation;
  const kept = keepable(policy, situation);
  return policy.inheritable.filter(
    (name) => kept.includes(name) && (present.inheritable.includes(name) || present.bounding.includes(name)),
  );
}

/** Returns those of `ambient` that are possible: raising one needs the securebit no_cap_ambient_raise to be off. */
export function ambient(policy: CapsPolicy, situation: Situation): readonly CapabilityName[] {
  const { present, userSwitch } = situation;
  const possible = inheritable(policy, situation);
  const raisable = !has(present, 'no_cap_ambient_raise');
  return policy.ambient.filter(
    (name) => possible.includes(name) && (raisable || (!userSwitch && present.ambient.includes(name))),
  );
}

/** Returns the obstacle of an earlier filter, for a call that is still needed. */
function obstacleOfFilter(call: string, { denied = [] }: Situation): Obstacle | undefined {
  const found = denied.find((one) => one.call === call);
  if (found === undefined) return undefined;
  return {
    code: 'not-permitted',
    what: deniedClause(found),
    hint: `Let that filter allow ${call.replace(/\(.*/, '')}: it belongs to the container, service manager or sandbox of this process. Nothing was changed.`,
  };
}

function obstacleToSets(policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  return needsCapset(policy, situation) ? obstacleOfFilter('capset', situation) : undefined;
}

/** Whether the sets must still change. A change of user from root empties them without a call of this package. */
function needsCapset(policy: CapsPolicy, situation: Situation): boolean {
  const { present, userSwitch } = situation;
  const differ = (one: readonly string[], other: readonly string[]): boolean => one.join() !== other.join();
  if (differ(inheritable(policy, situation), present.inheritable)) return true;
  const kept = keepable(policy, situation);
  return userSwitch ? kept.length > 0 : differ(kept, present.permitted);
}

function obstacleToNoNewPrivs(_policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  return situation.present.noNewPrivs ? undefined : obstacleOfFilter('prctl(PR_SET_NO_NEW_PRIVS)', situation);
}

function obstacleToKeep(policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  const missing = without(policy.keep, keepable(policy, situation));
  if (missing.length === 0) return undefined;
  const locked = situation.userSwitch && carryingIsLocked(situation.present);
  return {
    code: 'not-permitted',
    what: locked
      ? `the securebit keep_caps is locked, so ${missing.join(', ')} cannot be kept across a change of user`
      : `${missing.join(', ')} is not permitted in this process, so it cannot be kept`,
    hint: `Start it with ${missing.join(', ')} (as root, or with setpriv --ambient-caps), or do not keep it.`,
  };
}

function obstacleToAmbient(policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  const notInheritable = without(policy.inheritable, inheritable(policy, situation));
  if (notInheritable.length > 0) {
    return {
      code: 'not-permitted',
      what: `${notInheritable.join(', ')} cannot be made inheritable: it must be permitted and in the bounding set`,
      hint: 'Start it with both, or leave it out of ambient and inheritable: this process keeps it, its children do not.',
    };
  }
  const notAmbient = without(policy.ambient, ambient(policy, situation));
  if (notAmbient.length === 0) return obstacleOfFilter('prctl(PR_CAP_AMBIENT)', situation);
  return {
    code: 'not-permitted',
    what: `${notAmbient.join(', ')} cannot be made ambient: the securebit no_cap_ambient_raise is set`,
    hint: 'Start it without that securebit, or leave ambient out: this process keeps it, its children do not.',
  };
}

function obstacleToBounding(policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  const { present } = situation;
  if (without(present.bounding, policy.bounding).length === 0) return undefined;
  if (hasSetpcap(present)) return obstacleOfFilter('prctl(PR_CAPBSET_DROP)', situation);
  return {
    code: 'not-permitted',
    what: 'CAP_SETPCAP is not effective, and dropping the bounding set needs it',
    hint: "Start it as root, or set levels.bounding to 'prefer' (in a sandbox: prefer caps.bounding). The other sets are still emptied. With no_new_privs, no program that is started can gain what the bounding set allows.",
  };
}

function obstacleToSecurebits(_policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  const { present } = situation;
  if (areLocked(present)) return undefined;
  const frozen = [
    ...(['noroot', 'no_cap_ambient_raise'] as const).filter(
      (name) => has(present, `${name}_locked`) && !has(present, name),
    ),
    ...(has(present, 'keep_caps') && has(present, 'keep_caps_locked') ? ['keep_caps'] : []),
  ];
  if (frozen.length > 0) {
    return {
      code: 'not-permitted',
      what: `the securebits ${frozen.join(', ')} are locked with another value`,
      hint: "The parent of this process locked them; set levels.securebits to 'prefer' to continue.",
    };
  }
  if (hasSetpcap(present)) return obstacleOfFilter('prctl(PR_SET_SECUREBITS)', situation);
  return {
    code: 'not-permitted',
    what: 'CAP_SETPCAP is not effective, and locking securebits needs it',
    hint: "Start it as root, or set levels.securebits to 'prefer': no_new_privs and empty sets hold without them.",
  };
}

/** Whether the four settings are already locked, with values that give nothing. */
export function areLocked(present: Available['present']): boolean {
  return lockedSecurebits.every((name) => has(present, name)) && !has(present, 'keep_caps');
}

/**
 * Returns the limit of a feature that is in force, for its line in the report. `no_setuid_fixup` cannot be unlocked, and neither
 * value gives anything. So it is not an obstacle, but it is not what a policy promises either.
 */
export function limitOf(feature: CapsFeature, { present }: Situation): string | undefined {
  if (feature !== 'securebits' || !has(present, 'no_setuid_fixup_locked') || !has(present, 'no_setuid_fixup')) return;
  return 'no_setuid_fixup was already locked as on: leaving uid 0 does not remove capabilities from this process';
}

/** Returns what makes a change of user unsafe, at every level. */
export function obstacleToUserSwitch(policy: CapsPolicy, { present }: Situation): Obstacle | undefined {
  const back = policy.keep.filter((name) => name === 'cap_setuid' || name === 'cap_setgid');
  if (back.length > 0) {
    return {
      code: 'invalid-policy',
      what: `${back.join(', ')} would be kept across the change of user, which could then be undone`,
      hint: 'Do not keep it.',
    };
  }
  if (has(present, 'keep_caps') && has(present, 'keep_caps_locked')) {
    return {
      code: 'not-permitted',
      what: 'the securebit keep_caps is locked as on, so what is permitted would survive any change of user',
      hint: 'Start it without that securebit.',
    };
  }
  const cleared = policy.levels.securebits !== 'off' && hasSetpcap(present) && !has(present, 'no_setuid_fixup_locked');
  if (!has(present, 'no_setuid_fixup') || cleared) return undefined;
  return {
    code: 'not-permitted',
    what: 'the securebit no_setuid_fixup is set, so every capability would survive the change of user',
    hint: 'Start it without that securebit.',
  };
}

function carryingIsLocked(present: Available['present']): boolean {
  return has(present, 'keep_caps_locked') && !has(present, 'keep_caps');
}

function hasSetpcap(present: Available['present']): boolean {
  return present.effective.includes('cap_setpcap');
}

function has(present: Available['present'], name: Securebit): boolean {
  return present.securebits?.includes(name) ?? false;
}

function without<Name extends string>(names: readonly Name[], taken: readonly Name[]): readonly Name[] {
  return names.filter((name) => !taken.includes(name));
}
