import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import { partsOf } from '../policy/define.js';
import { levelOf } from '../policy/levels.js';
import type { RlimitValue, SandboxPolicy } from '../policy/options.js';
import type { RlimitName } from '../policy/rlimits.js';

/** The limits of a sandbox: those of the policy, and no core dumps, which would contain what the process has read. */
export function rlimitsOf(policy: SandboxPolicy): Readonly<Partial<Record<RlimitName, RlimitValue>>> {
  return { core: 0, ...policy.rlimits };
}

/** Why a feature is missing on macOS and the BSDs. */
export const noLauncher = 'only Linux has it';

/** What a child can have without the launcher. */
const portable = new Set(['environment', 'new_session', 'umask', 'cwd']);

/**
 * The features of the launcher itself, as lines of the report.
 *
 * @param policy - from `definePolicy`
 * @param launcher - whether it exists on this system
 * @throws SandboxError `unsupported-platform` if it does not exist and the policy needs it, unless `process` is among
 *   the preferred layers
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
 * The line of the session keyring, with all the keys in it: a process has that of its parent, even as another user.
 *
 * @param switches - whether the launcher changes the user; a user that stays the same has the keys in any case
 * @see session-keyring(7)
 */
export function sessionKeyring(switches: boolean): FeatureReport {
  return { layer: 'process', feature: 'session_keyring', state: switches ? 'enforced' : 'off' };
}

/** Defaults that are missing have a line in the report; options that cannot be enforced are refused. */
function refuseUnportable({ rlimits, dieWithParent, keepDescriptors = [], tmp, cgroup }: SandboxPolicy): void {
  const asked = [
    ...(rlimits === undefined ? [] : ['rlimits']),
    ...(dieWithParent === true ? ['dieWithParent'] : []),
    ...(tmp === undefined ? [] : ['tmp']),
    ...(cgroup === undefined ? [] : ['cgroup']),
    ...(keepDescriptors.length > 0 ? ['keepDescriptors'] : []),
  ];
  if (asked.length === 0) return;
  throw sandboxError('unsupported-platform', 'plan', {
    what: `the policy asks for ${asked.join(', ')}, which only Linux has`,
    hint: "Leave it out, or make it optional: prefer: ['process'].",
  });
}
