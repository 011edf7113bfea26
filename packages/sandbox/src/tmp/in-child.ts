import type { SandboxPlan } from '../plan/plan.js';
import type { SandboxPolicy } from '../policy/options.js';
import { PrivateTmp } from './private-tmp.js';

/**
 * The number of the descriptor by which a child holds its part of the lock. It is higher if the child was given as many
 * descriptors. It is above the numbers that scripts write to, as in `exec 3>file`.
 */
export const lockPosition = 20;

/** Makes the private directory, if the policy asks for one. @throws SandboxError as `PrivateTmp.make` */
export function tmpFor({ tmp, home }: SandboxPolicy, { expected: { user } }: SandboxPlan): PrivateTmp | undefined {
  if (tmp === undefined) return undefined;
  const isPrivate = user?.privateGroup?.state === 'chosen';
  const owner = user && { uid: user.uid, gid: user.gid, isPrivate };
  return PrivateTmp.make({ kind: tmp, home: home !== undefined }, owner);
}

/** How a child finds it. */
export function tmpVariables({ path, home }: PrivateTmp): Readonly<Record<string, string>> {
  return { TMPDIR: path, ...(home === undefined ? {} : { HOME: home }) };
}
