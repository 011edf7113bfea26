import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import type { SandboxPolicy } from '../policy/options.js';
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
}

/**
 * Returns the line of the launcher's guardian: whether everything that the child starts ends with it and with its
 * parent. The guardian distinguishes the sandbox's processes from all others by Landlock's scope for signals
 * (native/launcher/guard.h).
 *
 * @throws SandboxError `unsupported-platform` if it is required and not available
 */
export function descendants(policy: SandboxPolicy, situation: Situation): FeatureReport {
  const line = { layer: 'process', feature: 'descendants' } as const;
  const level = levelOf(partsOf(policy).levels, descendantsName);
  if (level === 'off') return { ...line, state: 'off' };
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
  const scope = lines.find(({ feature }) => feature === 'scope.signal');
  if (scope === undefined || scope.state === 'off') return { state: 'off', reason: openScope };
  if (scope.state !== 'enforced') {
    return { state: 'unsupported', reason: scope.reason ?? 'Landlock of this kernel has no scope for signals' };
  }
  return lacksKill ? { state: 'unsupported', reason: withoutKill } : undefined;
}

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
