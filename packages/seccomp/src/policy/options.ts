/** The options of this layer, and the resulting policy. */
import type { RequirementLevel } from '@sb/core';

import type { Action } from './actions.js';
import type { Architecture } from '../tables/architectures.js';
import type { SocketFamily } from '../tables/families.js';
import type { Base } from './presets.js';
import type { Rule, RuleOptions, SimpleActionName } from './rules.js';

/** Options of {@link policy}. Everything except `base` may be omitted. */
export interface SeccompOptions {
  /** The starting point. */
  readonly base: Base;
  /** Calls and `@groups` to deny in addition. A name outweighs a group, and among groups `deny` outweighs `allow`. */
  readonly deny?: readonly string[];
  /**
   * Calls and `@groups` to allow in addition. A preset's rules on a call's arguments stay; add a rule to override them.
   */
  readonly allow?: readonly string[];
  /**
   * Rules on arguments. For one call, the first matching rule decides; these rules precede those of the starting point.
   */
  readonly rules?: readonly RuleOptions[];
  /** The only address families of `socket(2)` and `socketpair(2)`; others fail with `EAFNOSUPPORT`. */
  readonly sockets?: readonly SocketFamily[] | 'any';
  /** For known calls that are denied. Default: `errno('EPERM')`; then `clone3` fails with `ENOSYS`. */
  readonly denied?: Action | SimpleActionName;
  /** For numbers without a name in the tables. Default: `errno('ENOSYS')`, so that programs fall back. */
  readonly unknown?: Action | SimpleActionName;
  /** For calls of architectures that are not listed. Default: `killProcess`. */
  readonly foreign?: Action | SimpleActionName;
  /** For calls of x86-64's second table. Default: `errno('ENOSYS')`. */
  readonly x32?: Action | SimpleActionName;
  /**
   * The architectures whose calls are filtered by name. Default: `x86_64`, `aarch64`, `riscv64`; `i386` is foreign
   * unless listed.
   */
  readonly architectures?: readonly Architecture[];
  /** Level of the layer. Default: `require`. */
  readonly level?: Exclude<RequirementLevel, 'off'>;
}

/** A validated, frozen, JSON-serialisable policy. {@link policy} returns it unchanged. */
export interface SeccompPolicy {
  readonly layer: 'seccomp';
  readonly base: Base;
  readonly deny: readonly string[];
  readonly allow: readonly string[];
  readonly rules: readonly Rule[];
  readonly sockets: readonly SocketFamily[] | 'any';
  readonly denied: Action;
  readonly unknown: Action;
  readonly foreign: Action;
  readonly x32: Action;
  readonly architectures: readonly Architecture[];
  readonly level: Exclude<RequirementLevel, 'off'>;
}

/** What was read from options or a policy; omitted keys have no entry. */
export type SeccompFields = Pick<SeccompPolicy, 'base'> & Partial<SeccompPolicy>;

/** Options of a plan in addition to the policy. */
export interface SeccompPlanOptions {
  /**
   * From `newProofKey`: the process that loads the record uses it to find out whether the filter is in force. Default:
   * none.
   */
  readonly proofKey?: bigint;
  /**
   * Names of calls that a supervisor is asked about where the policy lets them through. The record then needs a launcher
   * that loads it with a listener. Default: none.
   */
  readonly supervise?: readonly string[];
}
