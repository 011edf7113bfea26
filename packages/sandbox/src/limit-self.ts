import type { FeatureReport } from '@sb/core';

import { sandboxError } from './errors.js';
import { setLimit } from './native.js';
import type { RlimitValue, SandboxPolicy } from './options.js';
import { noLauncher } from './process-features.js';
import { type RlimitName, rlimitNumbers, unlimited } from './process-record.js';

/**
 * Gives this process the limits of a policy, soft and hard alike: they hold for all its threads and children.
 *
 * @param policy - from `definePolicy`
 * @returns a line for each limit
 * @throws SandboxError `syscall-failed`: to raise a hard limit takes CAP_SYS_RESOURCE
 * @see setrlimit(2)
 */
export function limitSelf({ rlimits = {} }: SandboxPolicy): readonly FeatureReport[] {
  return (Object.keys(rlimits) as RlimitName[]).map((name) => limit(name, rlimits[name] ?? 'unlimited'));
}

function limit(name: RlimitName, value: RlimitValue): FeatureReport {
  const line = { layer: 'process', feature: `rlimit.${name}` };
  if (process.platform !== 'linux') return { ...line, state: 'unsupported', reason: noLauncher };
  const errno = setLimit(rlimitNumbers[name], value === 'unlimited' ? unlimited : BigInt(value));
  if (errno === undefined) return { ...line, state: 'enforced' };
  throw sandboxError('syscall-failed', line.feature, {
    what: `the limit ${name} could not be set to ${value}: ${errno}`,
    hint: 'A hard limit can be raised with CAP_SYS_RESOURCE only: ask for a lower one.',
    errno,
  });
}
