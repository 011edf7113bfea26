import type { FeatureReport } from '@sb/core';

import type { CgroupSupport } from '../cgroup/support.js';
import { sandboxError } from '../errors.js';
import { type CgroupLimits, type CgroupName, cgroupNames } from '../policy/cgroup.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import type { SandboxPolicy } from '../policy/options.js';
import { noLauncher } from './process-features.js';

/** The cgroup that each start gets. */
export interface ExpectedCgroup {
  /** The directory in which it is made, and its name in `/proc/PID/cgroup`. */
  readonly place: string;
  readonly name: string;
  readonly limits: CgroupLimits;
  /** Whether everything in it ends with the program, by cgroup.kill. */
  readonly ends: boolean;
  /** Whether the program has no right of the user who made it. */
  readonly isOfAnother: boolean;
}

/** Facts that the lines depend on. */
export interface CgroupSituation {
  readonly launcher: boolean;
  readonly cgroup: CgroupSupport;
  /** Whether no process of the sandbox can leave its cgroup. */
  readonly isHeld: boolean;
  /** Whether only a cgroup can end the descendants, and they are to end. */
  readonly isNeeded: boolean;
  /** Whether the program has no right of the user who made it. */
  readonly isOfAnother: boolean;
}

/** What a cgroup will enforce. */
export interface CgroupPlan {
  readonly features: readonly FeatureReport[];
  /** Undefined if no cgroup is made. */
  readonly expected: ExpectedCgroup | undefined;
}

/**
 * Decides about the limits of a cgroup, one line for each. Pure.
 *
 * @throws SandboxError `unsupported-platform` for a limit that is required and cannot be set
 */
export function planCgroup(policy: SandboxPolicy, situation: CgroupSituation): CgroupPlan {
  const features = cgroupNames.flatMap((name) => lineOf(policy, situation, name));
  const limits = Object.fromEntries(
    cgroupNames.flatMap((name) => {
      const isOn = features.some(({ feature, state }) => feature === `cgroup.${name}` && state === 'enforced');
      return isOn ? [[name, policy.cgroup?.[name]]] : [];
    }),
  ) as CgroupLimits;
  return { features, expected: expectedOf(policy, situation, limits) };
}

function expectedOf(
  policy: SandboxPolicy,
  { cgroup, isHeld, isNeeded, isOfAnother }: CgroupSituation,
  limits: CgroupLimits,
): ExpectedCgroup | undefined {
  if (cgroup.state !== 'available') return undefined;
  const { place, name, kill } = cgroup;
  const ends = kill && isHeld && levelOf(partsOf(policy).levels, 'process.descendants') !== 'off';
  const isMade = Object.keys(limits).length > 0 || (isNeeded && ends);
  return isMade ? { place, name, limits, ends, isOfAnother } : undefined;
}

function lineOf(policy: SandboxPolicy, situation: CgroupSituation, name: CgroupName): readonly FeatureReport[] {
  if (policy.cgroup?.[name] === undefined) return [];
  const line = { layer: 'process', feature: `cgroup.${name}` } as const;
  const level = levelOf(partsOf(policy).levels, `process.cgroup.${name}`);
  if (level === 'off') return [{ ...line, state: 'off', reason: 'the policy sets it, but also switches it off' }];
  const reason = obstacle(situation, name);
  if (reason === undefined) return [{ ...line, state: 'enforced' }];
  if (level === 'require') throw missing(name, reason);
  return [{ ...line, state: 'unsupported', reason }];
}

function obstacle({ launcher, cgroup, isHeld }: CgroupSituation, name: CgroupName): string | undefined {
  if (!launcher) return noLauncher;
  if (cgroup.state === 'unavailable') return cgroup.reason;
  return cgroup.missing[name] ?? (isHeld ? undefined : escape);
}

const escape =
  'the program could leave its cgroup: it has the rights of the user who made it, and may write to files there or call clone3';

const startedBySystemd = 'Try systemd-run --user --scope -p Delegate=yes before the command. ';

const optional = "prefer: ['process.cgroup'], or --prefer process.cgroup on the command line";

/** Limits of a process or a user that are similar. No rlimit limits a part of the processor. */
const byRlimits: Readonly<Record<CgroupName, string>> = {
  memory: ' The rlimit as limits each process alone.',
  pids: ' The rlimit nproc limits all processes of the user.',
  cpu: '',
};

function missing(name: CgroupName, reason: string): Error {
  return sandboxError('unsupported-platform', 'plan', {
    what: `the limit for ${name} of the cgroup cannot be enforced: ${reason}`,
    hint: `${remedyFor(name, reason)} Nothing was run.`,
  });
}

/** What to do about a missing limit. Pure. @param name - of the limit @param reason - why it is missing */
export function remedyFor(name: CgroupName, reason: string): string {
  return `${/systemd-run|container/.test(reason) ? '' : startedBySystemd}Leave it out, or make it optional: ${optional}.${byRlimits[name]}`;
}
