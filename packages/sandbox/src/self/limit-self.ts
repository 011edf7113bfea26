import type { FeatureReport } from '@sb/core';

import { sandboxError } from '../errors.js';
import { setLimit } from '../native.js';
import type { RlimitValue, SandboxPolicy } from '../policy/options.js';
import { noLauncher, rlimitsOf } from '../plan/process-features.js';
import { type RlimitName, rlimitNumbers, unlimited } from '../policy/rlimits.js';

/**
 * Sets the limits of a policy for this process, soft and hard alike: they apply to all its threads and children.
 *
 * @param policy - from `definePolicy`
 * @returns a line for each limit that the policy names; core files are off in any case
 * @throws SandboxError `syscall-failed`, and none was set: raising a hard limit needs CAP_SYS_RESOURCE
 * @see setrlimit(2)
 */
export function limitSelf(policy: SandboxPolicy): readonly FeatureReport[] {
  const limits = Object.entries(rlimitsOf(policy)) as [RlimitName, RlimitValue][];
  if (process.platform === 'linux') {
    // A lowered limit cannot be raised again, so each is tried before the first is set.
    for (const how of ['try', 'set'] as const) for (const [name, value] of limits) apply(name, value, how);
  }
  return Object.keys(policy.rlimits ?? {}).map((name) => reportLine(`rlimit.${name}`));
}

function reportLine(feature: string): FeatureReport {
  if (process.platform === 'linux') return { layer: 'process', feature, state: 'enforced' };
  return { layer: 'process', feature, state: 'unsupported', reason: noLauncher };
}

function apply(name: RlimitName, value: RlimitValue, how: 'set' | 'try'): void {
  const errno = setLimit(rlimitNumbers[name], value === 'unlimited' ? unlimited : BigInt(value), how);
  if (errno === undefined) return;
  if (errno === 'EBADMSG') throw unset(name, value);
  throw sandboxError('syscall-failed', `rlimit.${name}`, {
    what: `cannot set the limit ${name} to ${value}: ${errno}`,
    hint: 'Only a process with CAP_SYS_RESOURCE can raise a hard limit: use a lower one.',
    errno,
  });
}

function unset(name: RlimitName, value: RlimitValue): Error {
  return sandboxError('verification-failed', `rlimit.${name}`, {
    what: `the limit ${name} is not ${value}, though prlimit64 reported success`,
    hint: 'An earlier filter may answer in place of the kernel: allow prlimit64 there. End this process.',
    syscall: 'prlimit64',
  });
}
