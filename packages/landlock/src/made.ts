import type { LandlockPolicy } from './options.js';

/** Policies that were made here, and are frozen: nobody can have changed them, so nobody has to look again. */
const made = new WeakSet<LandlockPolicy>();

/** Freezes a policy that is right, and marks it as such. */
export function markMade(policy: LandlockPolicy): LandlockPolicy {
  made.add(Object.freeze(policy));
  return policy;
}

/** Whether a policy was made here. */
export function isMade(policy: LandlockPolicy): boolean {
  return made.has(policy);
}
