import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import type { SandboxPolicy } from '../policy/options.js';
import type { ExpectedCgroup } from './cgroup-features.js';
import { noLauncher } from './process-features.js';

/** Its name in levels. */
export const descendantsName = 'process.descendants';

/** Facts that the line depends on. */
interface Situation {
  readonly launcher: boolean;
  /**
   * Whether the child gets another user, and this process lacks CAP_KILL, which signalling processes of another user
   * needs.
   */
  readonly lacksKill: boolean;
  /** The lines of Landlock. */
  readonly lines: readonly FeatureReport[];
  /** The cgroup of each start; undefined for none. */
  readonly cgroup: ExpectedCgroup | undefined;
}

/**
 * Whether the kernel's Landlock cannot distinguish the processes of the sandbox from others, so that only a cgroup
 * could. A policy that lets signals out has chosen that.
 */
export function needsCgroup(policy: SandboxPolicy, lines: readonly FeatureReport[]): boolean {
  return levelOf(partsOf(policy).levels, descendantsName) !== 'off' && scopeOf(lines)?.state === 'unsupported';
}

function scopeOf(lines: readonly FeatureReport[]): FeatureReport | undefined {
  return lines.find(({ feature }) => feature === 'scope.signal');
}

/**
 * Returns the line of the launcher's guardian: whether everything that the child starts ends with it and with its
 * parent. A cgroup distinguishes the sandbox's processes from all others, or Landlock's scope for signals does
 * (native/launcher/guard.h).
 *
 * @throws SandboxError `unsupported-platform` if it is required and not available
 */
export function descendants(policy: SandboxPolicy, situation: Situation): FeatureReport {
  const line = { layer: 'process', feature: 'descendants' } as const;
  const level = levelOf(partsOf(policy).levels, descendantsName);
  if (level === 'off') return { ...line, state: 'off' };
  if (situation.cgroup?.ends === true) return { ...line, state: 'enforced', reason: endedBy(situation) };
  const missing = missingOf(situation);
  if (missing === undefined) {
    return movesAway(policy) ? { ...line, state: 'enforced', reason: movedAway } : { ...line, state: 'enforced' };
  }
  if (level === 'require') throw notGuarded(missing.reason);
  return { ...line, ...missing };
}

/** Why there is not a guardian; undefined if there is one. */
function missingOf({
  launcher,
  lacksKill,
  lines,
}: Situation): (Pick<FeatureReport, 'state'> & { reason: string }) | undefined {
  if (!launcher) return { state: 'unsupported', reason: noLauncher };
  const scope = scopeOf(lines);
  if (scope === undefined || scope.state === 'off') return { state: 'off', reason: openScope };
  if (scope.state !== 'enforced') {
    return { state: 'unsupported', reason: scope.reason ?? 'Landlock of this kernel has no scope for signals' };
  }
  return lacksKill ? { state: 'unsupported', reason: withoutKill } : undefined;
}

/** The way that they are ended. A program that may signal the guardian can end it first. */
function endedBy({ lines, cgroup }: Situation): string {
  return scopeOf(lines)?.state === 'enforced' || cgroup?.isOfAnother === true ? byKill : `${byKill}; ${mayEndGuardian}`;
}

const byKill = 'by cgroup.kill';

const mayEndGuardian =
  'if this process is killed, a program of the same user may last until the next start, since it may end the guardian';

const movedAway = 'not for a process that changes its user by cap_setuid';

const withoutKill = 'signalling processes of another user needs CAP_KILL, which this process lacks';

const openScope = 'signals may leave the sandbox, so its processes cannot be distinguished from others';

/**
 * If an ordinary user keeps that capability, the guardian cannot signal processes that have switched to another user.
 */
function movesAway({ caps, user }: SandboxPolicy): boolean {
  return user === undefined && typeof caps === 'object' && caps.ambient?.includes('cap_setuid') === true;
}

function notGuarded(reason: string): Error {
  return sandboxError('unsupported-platform', 'plan', {
    what: `the descendants of the program cannot be ended with it: ${reason}`,
    hint: `Use Linux 6.12 or later with Landlock's scope for signals, start as root with CAP_KILL, or use prefer for ${descendantsName}.`,
  });
}
