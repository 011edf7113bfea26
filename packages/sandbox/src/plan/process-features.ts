import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import type { RlimitValue, SandboxPolicy } from '../policy/options.js';
import type { RlimitName } from '../policy/rlimits.js';

/** The limits of a sandbox: those asked for, and no core dumps, which would hold what the process has read. */
export function rlimitsOf(policy: SandboxPolicy): Readonly<Partial<Record<RlimitName, RlimitValue>>> {
  return { core: 0, ...policy.rlimits };
}

/** Why something is missing on macOS and the BSDs. */
export const noLauncher = 'only Linux has it';

/** What a child can be given without the launcher. */
const portable = new Set(['environment', 'new_session', 'umask', 'cwd']);

/**
 * What the launcher itself does, as lines of the report.
 *
 * @param policy - from `definePolicy`
 * @param launcher - whether there is one here
 * @throws SandboxError `unsupported-platform` where there is none and the policy asks for what it alone can do, unless
 *   `process` is among what it prefers
 */
export function processFeatures(policy: SandboxPolicy, launcher: boolean): readonly FeatureReport[] {
  if (!launcher && levelOf(partsOf(policy).levels, 'process') === 'require') refuseUnportable(policy);
  const line = (feature: string, isOn: boolean): FeatureReport => {
    if (isOn && !launcher && !portable.has(feature)) {
      return { layer: 'process', feature, state: 'unsupported', reason: noLauncher };
    }
    return { layer: 'process', feature, state: isOn ? 'enforced' : 'off' };
  };
  return [
    line('environment', true),
    line('descriptors', true),
    line('new_session', policy.newSession ?? true),
    line('die_with_parent', policy.dieWithParent ?? true),
    ...Object.keys(rlimitsOf(policy)).map((name) => line(`rlimit.${name}`, true)),
    ...(policy.tmp === undefined ? [] : [line('tmp', true)]),
    ...(policy.umask === undefined ? [] : [line('umask', true)]),
    ...(policy.cwd === undefined ? [] : [line('cwd', true)]),
  ];
}

/**
 * The line of the session keyring, with all the keys in it: a process has that of its parent, whatever its user is.
 *
 * @param switches - whether the launcher changes the user; one that stays has the keys anyway
 * @see session-keyring(7)
 */
export function sessionKeyring(switches: boolean): FeatureReport {
  return { layer: 'process', feature: 'session_keyring', state: switches ? 'enforced' : 'off' };
}

/** What nobody asked for is missing with a line in the report; what was asked for is refused. */
function refuseUnportable({ rlimits, dieWithParent, keepDescriptors = [], tmp }: SandboxPolicy): void {
  const asked = [
    ...(rlimits === undefined ? [] : ['rlimits']),
    ...(dieWithParent === true ? ['dieWithParent'] : []),
    ...(tmp === undefined ? [] : ['tmp']),
    ...(keepDescriptors.length > 0 ? ['keepDescriptors'] : []),
  ];
  if (asked.length === 0) return;
  throw sandboxError('unsupported-platform', 'plan', {
    what: `the policy asks for ${asked.join(', ')}, which is only there on Linux`,
    hint: "Leave it out, or go on without it: prefer: ['process'].",
  });
}
