import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import type { SandboxPolicy } from '../policy/options.js';
import { noLauncher } from './process-features.js';

/** The name that levels have for it. */
export const descendantsName = 'process.descendants';

/** What is known where the line is made. */
interface Situation {
  readonly launcher: boolean;
  /** Whether the child gets another user, and this process has no CAP_KILL, by which one signals what another user has. */
  readonly lacksKill: boolean;
  /** The lines of Landlock. */
  readonly lines: readonly FeatureReport[];
}

/**
 * Whether everything that the child starts ends with it, and with its parent: the line of the launcher's guardian, which
 * tells the sandbox's processes from all others by Landlock's scope for signals (native/launcher/guard.h).
 *
 * @throws SandboxError `unsupported-platform` where it is required and can't be had
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

/** Why there is no guardian; undefined where there is one. */
function missingOf({
  launcher,
  lacksKill,
  lines,
}: Situation): (Pick<FeatureReport, 'state'> & { reason: string }) | undefined {
  if (!launcher) return { state: 'unsupported', reason: noLauncher };
  const scope = lines.find(({ feature }) => feature === 'scope.signal');
  if (scope === undefined || scope.state === 'off') return { state: 'off', reason: openScope };
  if (scope.state !== 'enforced') {
    return { state: 'unsupported', reason: scope.reason ?? 'Landlock has no scope for signals here' };
  }
  return lacksKill ? { state: 'unsupported', reason: withoutKill } : undefined;
}

const movedAway = 'not for one that takes another user by cap_setuid';

const withoutKill = 'signalling processes of another user needs CAP_KILL, which this process does not have';

const openScope = 'signals may leave the sandbox, so that nothing tells its processes from others';

/** Where an ordinary user keeps that capability the guardian can't signal what another user has. */
function movesAway({ caps, user }: SandboxPolicy): boolean {
  return user === undefined && typeof caps === 'object' && caps.ambient?.includes('cap_setuid') === true;
}

function notGuarded(reason: string): Error {
  return sandboxError('unsupported-platform', 'plan', {
    what: `what the program starts can't be ended with it: ${reason}`,
    hint: `Use Linux 6.12 or later with Landlock's scope for signals, start as root with CAP_KILL, or leave ${descendantsName} to prefer.`,
  });
}
