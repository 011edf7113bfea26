export { allows, type Query, type Verdict } from './allows.js';
export { type ConfigExtras, fromConfig, toConfig } from './config.js';
export type { LandlockConfig } from './config-document.js';
export { type PlannedRules, plannedRules } from './encode.js';
export { resolvePaths, withLevels, withPaths } from './derive.js';
export { mostPaths, optionTable, portLists, portsByBit, ruleReader, textPath } from './documents.js';
export type { LandlockError, LandlockErrorCode } from './errors.js';
export { type LandlockFinding, lint } from './lint.js';
export { nativeError } from './native-error.js';
export type {
  LandlockOptions,
  LandlockPolicy,
  LogOptions,
  NetOptions,
  PolicyPath,
  PolicyPathRule,
  PolicyPortRule,
} from './options.js';
export {
  type FileIdentity,
  list,
  path,
  type PathInput,
  type PathRule,
  ro,
  type RuleArguments,
  type RuleOptions,
  rw,
  rwx,
  rx,
} from './paths.js';
export { type LandlockPlan, plan } from './plan.js';
export { policy } from './policy.js';
export { type LandlockReport, restrictSelf } from './restrict.js';
export {
  fastOpenAbi,
  type FsRight,
  fsRightOf,
  type LogFeature,
  type NetRight,
  newestAbi,
  type Scope,
  type UnknownBit,
} from './rights.js';
export { type LandlockSupport, support } from './support.js';
