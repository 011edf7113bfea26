import type { FeatureReport } from '@sb/core';

import type { SandboxPolicy } from '../policy/options.js';

/** The line about the child being only this one program, which needs the filter; none if that was not asked for. */
export function execOnce(policy: SandboxPolicy, filtered: boolean): readonly FeatureReport[] {
  if (policy.execOnce !== true) return [];
  const line = { layer: 'seccomp', feature: 'exec_once' } as const;
  return [filtered ? { ...line, state: 'enforced' } : { ...line, state: 'unsupported', reason: 'it needs the filter' }];
}
