import type { Action, ActionName } from './actions.js';
import type { Condition } from './conditions.js';

/** A rule: the action for a call whose arguments satisfy all conditions; without conditions, for every such call. */
export interface Rule {
  /** Name of the call, as in the kernel's `__NR_` names. */
  readonly syscall: string;
  readonly when: readonly Condition[];
  readonly action: Action;
}

/** A rule as written by the caller: `when` may be omitted, and an action without data may be a name. */
export interface RuleOptions {
  readonly syscall: string;
  readonly when?: readonly Condition[];
  readonly action: Action | SimpleActionName;
}

/** Actions that need no data. */
export type SimpleActionName = Exclude<ActionName, 'errno' | 'trap' | 'trace'>;
