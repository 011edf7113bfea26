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
} from './policy/actions.js';
export { type Architecture, architectureNames, type Machine } from './tables/architectures.js';
export { compile, type SeccompFilter, type SeccompProgram } from './compiler/compile.js';
export { arg, type Argument, type Comparison, type Condition, type Wide } from './policy/conditions.js';
export { checkTogether, optionTable } from './policy/documents.js';
export { nativeError, type SeccompError, type SeccompErrorCode } from './errors.js';
export { type Decision, evaluate } from './analysis/evaluate.js';
export { explain } from './analysis/explain.js';
export { socketFamilies, type SocketFamily } from './tables/families.js';
export { expandGroup, groupAbout, type GroupEntry, groupNames, namesOfGroups } from './tables/groups.js';
export type { LintCode, LintFinding } from './analysis/finding.js';
export { lint } from './analysis/lint.js';
export { parsePolicy } from './policy/parse-policy.js';
export { plan, type SeccompPlan } from './plan.js';
export type { SeccompOptions, SeccompPlanOptions, SeccompPolicy } from './policy/options.js';
export { prepareFilter, type PreparedFilter, preparedPolicy } from './prepared.js';
export { policy, withLevels } from './policy/policy.js';
export { type Base, type Preset, presets } from './policy/presets.js';
export { newProofKey } from './policy/proof-key.js';
export { refuseRings, restrictSelf } from './restrict.js';
export type { Rule, RuleOptions, SimpleActionName } from './policy/rules.js';
export { simulate, type Simulation } from './analysis/simulate.js';
export type { SimulatedCall } from './analysis/simulated-call.js';
export { type FilterFlag, type SeccompSupport, support } from './support.js';
export { type NumberedCall, syscallNumber, syscallOf, syscallSource } from './tables/syscalls.js';
