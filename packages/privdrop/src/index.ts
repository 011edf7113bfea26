export { environmentOf, identityVariables, type PrivdropSpawnOptions, spawnOptions } from './environment.js';
export { nativeError, type PrivdropError, type PrivdropErrorCode } from './errors.js';
export { currentIdentity, type ProcessIdentity } from './identity.js';
export { lookupUser, ownerOf, type UserIdentity, type UserReference } from './lookup.js';
export { plan, type PrivdropPlan } from './plan.js';
export { policy, type PrivdropOptions, type PrivdropPolicy, withLevels } from './policy.js';
export { dropPrivileges, dropPrivileges as restrictSelf } from './restrict.js';
export { type PrivdropSupport, support } from './support.js';
