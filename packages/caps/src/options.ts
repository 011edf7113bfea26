/** The options of this layer, and the policy that they become. */
import type { RequirementLevel } from '@sb/core';

import type { CapabilityName } from './names.js';

/** The features of this layer that have a level, each with the name that reports use. */
export const featureNames = {
  capabilities: 'capabilities',
  keep: 'keep',
  ambient: 'ambient',
  bounding: 'bounding',
  securebits: 'securebits',
  noNewPrivs: 'no_new_privs',
} as const;

/** The features, in the order of a report. */
export const features = Object.keys(featureNames) as readonly CapsFeature[];

/** A feature of this layer. */
export type CapsFeature = keyof typeof featureNames;

/** Whether a feature may be missing. `off` is not a level here: the option itself switches a feature off. */
export type CapsLevels = Readonly<Partial<Record<CapsFeature, Exclude<RequirementLevel, 'off'>>>>;

/** The options of {@link policy}. The defaults keep nothing and lock everything. */
export interface CapsOptions {
  /**
   * The capabilities that stay permitted, and effective if they are effective now. All others are removed from the
   * effective, permitted, inheritable and ambient sets. `'all'` leaves those four sets alone. Default: none.
   */
  readonly keep?: readonly CapabilityName[] | 'all';
  /** What a program that is started later also has; a part of `keep`. Default: nothing. */
  readonly ambient?: readonly CapabilityName[];
  /** What a program that is started later has if its file says so; a part of `keep`. Default: what is ambient. */
  readonly inheritable?: readonly CapabilityName[];
  /** The bounding set: `'drop'` all of it, drop all but a list, or `'leave'` it. Default: `'drop'`. */
  readonly bounding?: 'drop' | 'leave' | readonly CapabilityName[];
  /** Locks noroot, no_setuid_fixup, keep_caps and no_cap_ambient_raise for good. Default: `'lock'`. */
  readonly securebits?: 'lock' | 'leave';
  /** Sets no_new_privs, which every program that is started later inherits. Default: true. */
  readonly noNewPrivs?: boolean;
  /** Default of each: `require`. */
  readonly levels?: CapsLevels;
}

/** A validated, frozen, JSON-serialisable decision about the capabilities of a process. */
export interface CapsPolicy {
  readonly layer: 'caps';
  readonly keep: readonly CapabilityName[];
  readonly inheritable: readonly CapabilityName[];
  readonly ambient: readonly CapabilityName[];
  /** What may remain in the bounding set; empty if its level is `off`. */
  readonly bounding: readonly CapabilityName[];
  readonly levels: Readonly<Record<CapsFeature, RequirementLevel>>;
}

/** Options of {@link plan}. */
export interface PlanOptions {
  /**
   * Whether the user changes between the two phases of the record (`native/caps.h`). Kept capabilities then survive the
   * change, and a policy that could undo it is refused. Default: false.
   */
  readonly userSwitch?: boolean;
}

/** Options of {@link restrictSelf}. */
export interface RestrictOptions {
  /**
   * Changes the user, for good and on every thread, between the two phases. Only kept capabilities survive the change. It
   * is synchronous, for instance `() => dropPrivileges(user)` of `@sb/privdrop`. If something is kept, that policy needs
   * `unsafeAllowCapabilities`, because privdrop would count it as a failure. Its result does not count, only whether
   * every thread has another user. If it throws, what is not kept is given up all the same, and the error is rethrown. It
   * is also called on systems without capabilities. Default: the user stays.
   */
  readonly switchUser?: () => unknown;
}

/** Options of {@link get}. */
export interface GetOptions {
  /** Whether to return each thread: on Linux capabilities belong to a thread. Default: only the thread-group leader. */
  readonly threads?: boolean;
}

/** Options of {@link parse} and {@link format}. */
export interface TextOptions {
  /** The number of the last capability that "all" means. Default: that of this kernel. */
  readonly last?: number;
}
