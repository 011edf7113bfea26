export { environmentOf, identityVariables, type PrivdropSpawnOptions, spawnOptions } from './environment.js';
export { nativeError, type PrivdropError, type PrivdropErrorCode } from './errors.js';
export { currentIdentity, type ProcessIdentity } from './identity.js';
export { lookupUser, ownerOf } from './lookup.js';
export type { PrivdropOptions, PrivdropPolicy, UserIdentity, UserReference } from './options.js';
export { plan, type PrivdropPlan } from './plan.js';
export { policy, withLevels } from './policy.js';
export { dropPrivileges, dropPrivileges as restrictSelf } from './restrict.js';
export { type PrivdropSupport, support } from './support.js';
