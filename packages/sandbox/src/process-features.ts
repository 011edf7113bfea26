import type { FeatureReport } from '@sb/core';

import type { RlimitValue, SandboxPolicy } from './options.js';
import type { RlimitName } from './process-record.js';

/** The limits of a sandbox: those asked for, and no core dumps, which would hold what the process has read. */
export function rlimitsOf(policy: SandboxPolicy): Readonly<Partial<Record<RlimitName, RlimitValue>>> {
  return { core: 0, ...policy.rlimits };
}

/** What the launcher itself does, as lines of the report. */
export function processFeatures(policy: SandboxPolicy): readonly FeatureReport[] {
  const line = (feature: string, isOn: boolean): FeatureReport => ({
    layer: 'process',
    feature,
    state: isOn ? 'enforced' : 'off',
  });
  return [
    line('environment', true),
    line('descriptors', true),
    line('new_session', policy.newSession ?? true),
    line('die_with_parent', policy.dieWithParent ?? true),
    ...Object.keys(rlimitsOf(policy)).map((name) => line(`rlimit.${name}`, true)),
    ...(policy.umask === undefined ? [] : [line('umask', true)]),
    ...(policy.cwd === undefined ? [] : [line('cwd', true)]),
  ];
}
