import type { LandlockPolicy } from './options.js';

/** Policies that were made here and are frozen. They cannot have changed, so they need not be checked again. */
const made = new WeakSet<LandlockPolicy>();

/** Freezes a valid policy, and marks it as made here. */
export function markMade(policy: LandlockPolicy): LandlockPolicy {
  made.add(Object.freeze(policy));
  return policy;
}

/** Whether a policy was made here. */
export function isMade(policy: LandlockPolicy): boolean {
  return made.has(policy);
}
