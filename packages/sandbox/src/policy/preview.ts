import { definePolicy } from './define.js';
import type { SandboxPolicy } from './options.js';

/** The limits depend on the cgroup of the process that asks, which may be another one than that of a later start. */
const name = 'process.cgroup';

/**
 * Returns the policy for a plan that is only shown: a limit of a cgroup that is missing here is reported, though the
 * policy requires it. Pure.
 *
 * @param policy - from `definePolicy`
 */
export function previewOf(policy: SandboxPolicy): SandboxPolicy {
  if (policy.cgroup === undefined || policy.off?.includes(name) === true) return policy;
  const isOther = (one: string) => one !== name && !one.startsWith(`${name}.`);
  const { require = [], prefer = [] } = policy;
  return definePolicy({ ...policy, require: require.filter(isOther), prefer: [...prefer.filter(isOther), name] });
}
