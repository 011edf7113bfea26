export { optionTable } from './documents.js';
export { type CapsError, type CapsErrorCode, nativeError } from './errors.js';
export { decodeFileCapabilities, type FileCapabilities, fileCapabilities } from './file.js';
export { formatIab, type Iab, iabOf, parseIab } from './iab.js';
export { lastCapability } from './last.js';
export { type CapabilityName, capabilityName, capabilityNumber, lastNamedCapability } from './names.js';
export { type CapsPlan, type CapsTarget, plan } from './plan.js';
export type {
  CapsFeature,
  CapsLevels,
  CapsOptions,
  CapsPolicy,
  GetOptions,
  PlanOptions,
  RestrictOptions,
  TextOptions,
} from './options.js';
export { none, policy, withLevels } from './policy.js';
export { restrictSelf } from './restrict.js';
export { type Securebit } from './securebits.js';
export { type CapabilityState, get, type ThreadCapabilities } from './state.js';
export { type CapsSupport, support } from './support.js';
export { type CapabilitySets, format, parse } from './text.js';
