import { type DeniedCall, deniedClause } from '@sb/core';

import type { CapsErrorCode } from './errors.js';
import type { CapabilityName } from './names.js';
import type { CapsFeature, CapsPolicy } from './options.js';
import { lockedSecurebits, type Securebit } from './securebits.js';
import type { CapsSupport } from './support.js';

/** Something that stands in the way: the error it becomes under `require`, the reason it becomes under `prefer`. */
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
  /** Calls that a filter above denies. Default: none. */
  readonly denied?: readonly DeniedCall[] | undefined;
  /** The user is changed between the two phases. */
  readonly userSwitch: boolean;
}

/** The answer of each feature: what stands in its way, if anything. A table, so that none is forgotten. */
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

/** The capabilities to keep that this process has. */
export function keepable(policy: CapsPolicy, { present, userSwitch }: Situation): readonly CapabilityName[] {
  if (userSwitch && carryingIsLocked(present)) return [];
  return policy.keep.filter((name) => present.permitted.includes(name));
}

/** The capabilities of `inheritable` that can be so: raising one needs it in the bounding set (`capabilities(7)`). */
export function inheritable(policy: CapsPolicy, situation: Situation): readonly CapabilityName[] {
  const { present } = situation;
  const kept = keepable(policy, situation);
  return policy.inheritable.filter(
    (name) => kept.includes(name) && (present.inheritable.includes(name) || present.bounding.includes(name)),
  );
}

/** The capabilities of `ambient` that can be so: raising one needs the securebit no_cap_ambient_raise to be off. */
export function ambient(policy: CapsPolicy, situation: Situation): readonly CapabilityName[] {
  const { present, userSwitch } = situation;
  const possible = inheritable(policy, situation);
  const raisable = !has(present, 'no_cap_ambient_raise');
  return policy.ambient.filter(
    (name) => possible.includes(name) && (raisable || (!userSwitch && present.ambient.includes(name))),
  );
}

/** What a filter above stands in the way of, where there is still something to call for. */
function obstacleOfFilter(call: string, { denied = [] }: Situation): Obstacle | undefined {
  const found = denied.find((one) => one.call === call);
  if (found === undefined) return undefined;
  return {
    code: 'not-permitted',
    what: deniedClause(found),
    hint: `Let that filter allow ${call.replace(/\(.*/, '')}: it belongs to the container, the service manager or the sandbox around this process. Nothing was changed.`,
  };
}

function obstacleToSets(policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  return needsCapset(policy, situation) ? obstacleOfFilter('capset', situation) : undefined;
}

/** Whether the sets are not yet what they are to be. A change of user from root empties them without a call of ours. */
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
      ? `the securebit keep_caps is locked, so ${missing.join(', ')} can't be kept across a change of user`
      : `this process has not got ${missing.join(', ')} permitted, so it can't keep it`,
    hint: `Start it with ${missing.join(', ')} (as root, or with setpriv --ambient-caps), or don't keep it.`,
  };
}

function obstacleToAmbient(policy: CapsPolicy, situation: Situation): Obstacle | undefined {
  const notInheritable = without(policy.inheritable, inheritable(policy, situation));
  if (notInheritable.length > 0) {
    return {
      code: 'not-permitted',
      what: `${notInheritable.join(', ')} can't be made inheritable: it must be permitted and in the bounding set`,
      hint: 'Start it with both, or leave it out of ambient and inheritable: this process keeps it, its children do not.',
    };
  }
  const notAmbient = without(policy.ambient, ambient(policy, situation));
  if (notAmbient.length === 0) return obstacleOfFilter('prctl(PR_CAP_AMBIENT)', situation);
  return {
    code: 'not-permitted',
    what: `${notAmbient.join(', ')} can't be made ambient: the securebit no_cap_ambient_raise is set`,
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
    hint: "Start it as root, or set levels.bounding to 'prefer': the other sets are emptied all the same, and no_new_privs keeps every program started from gaining what the bounding set still allows.",
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
      hint: "Whoever started this process locked them; set levels.securebits to 'prefer' to go on.",
    };
  }
  if (hasSetpcap(present)) return obstacleOfFilter('prctl(PR_SET_SECUREBITS)', situation);
  return {
    code: 'not-permitted',
    what: 'CAP_SETPCAP is not effective, and locking securebits needs it',
    hint: "Start it as root, or set levels.securebits to 'prefer': no_new_privs and empty sets hold without them.",
  };
}

/** Whether the four settings are locked already, with values from which nothing can be gained. */
export function areLocked(present: Available['present']): boolean {
  return lockedSecurebits.every((name) => has(present, name)) && !has(present, 'keep_caps');
}

/**
 * What limits a feature that is in force, for its line in the report. Nobody can unlock `no_setuid_fixup`, and nothing is
 * gained by either value: so it is no obstacle, but it is not what a policy promises either.
 */
export function limitOf(feature: CapsFeature, { present }: Situation): string | undefined {
  if (feature !== 'securebits' || !has(present, 'no_setuid_fixup_locked') || !has(present, 'no_setuid_fixup')) return;
  return 'no_setuid_fixup was locked as on before: leaving uid 0 takes no capability away from this process';
}

/** What makes a change of user unsafe whatever the levels say. */
export function obstacleToUserSwitch(policy: CapsPolicy, { present }: Situation): Obstacle | undefined {
  const back = policy.keep.filter((name) => name === 'cap_setuid' || name === 'cap_setgid');
  if (back.length > 0) {
    return {
      code: 'invalid-policy',
      what: `${back.join(', ')} would be kept across the change of user, which could then be undone`,
      hint: "Don't keep it.",
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
