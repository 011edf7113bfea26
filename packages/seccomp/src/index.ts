export {
  type Action,
  type ActionName,
  allow,
  errno,
  killProcess,
  killThread,
  log,
  trace,
  trap,
  userNotify,
} from './actions.js';
export { type Architecture, architectureNames, type Machine } from './architectures.js';
export { compile, type SeccompFilter, type SeccompProgram } from './compile.js';
export { arg, type Argument, type Comparison, type Condition, type Wide } from './conditions.js';
export { checkTogether, optionTable } from './documents.js';
export { nativeError, type SeccompError, type SeccompErrorCode } from './errors.js';
export { type Decision, evaluate } from './evaluate.js';
export { explain } from './explain.js';
export { socketFamilies, type SocketFamily } from './families.js';
export { expandGroup, groupAbout, type GroupEntry, groupNames } from './groups.js';
export type { LintCode, LintFinding } from './finding.js';
export { lint } from './lint.js';
export { parsePolicy } from './parse-policy.js';
export { plan, type SeccompPlan } from './plan.js';
export type { SeccompOptions, SeccompPlanOptions, SeccompPolicy } from './options.js';
export { policy, withLevels } from './policy.js';
export { type Base, type Preset, presets } from './presets.js';
export { newProofKey } from './proof.js';
export { refuseRings, restrictSelf } from './restrict.js';
export type { Rule, RuleOptions, SimpleActionName } from './rules.js';
export { simulate, type Simulation } from './simulate.js';
export type { SimulatedCall } from './simulated-call.js';
export { type FilterFlag, type SeccompSupport, support } from './support.js';
export { syscallNumber, syscallSource } from './syscalls.js';
