/** What callers give to this layer, and the policy that comes of it. */
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

/** How much of a feature may be missing: nothing, or what the report then names. Off is said by the option itself. */
export type CapsLevels = Readonly<Partial<Record<CapsFeature, Exclude<RequirementLevel, 'off'>>>>;

/** What {@link policy} takes. The defaults keep nothing and lock everything. */
export interface CapsOptions {
  /**
   * What stays permitted, and effective where it is effective now. Everything else goes from effective, permitted,
   * inheritable and ambient. `'all'` leaves those four sets alone. Default: nothing is kept.
   */
  readonly keep?: readonly CapabilityName[] | 'all';
  /** What a program started afterwards has, too; part of `keep`. Default: nothing. */
  readonly ambient?: readonly CapabilityName[];
  /** What a program started afterwards has if its file says so; part of `keep`. Default: what is ambient. */
  readonly inheritable?: readonly CapabilityName[];
  /** The bounding set: `'drop'` all of it, drop all but a list, or `'leave'` it. Default: `'drop'`. */
  readonly bounding?: 'drop' | 'leave' | readonly CapabilityName[];
  /** Locks noroot, no_setuid_fixup, keep_caps and no_cap_ambient_raise for good. Default: `'lock'`. */
  readonly securebits?: 'lock' | 'leave';
  /** Sets no_new_privs, inherited by every program started afterwards. Default: true. */
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
  /** What may remain in the bounding set; empty where its level is `off`. */
  readonly bounding: readonly CapabilityName[];
  readonly levels: Readonly<Record<CapsFeature, RequirementLevel>>;
}

/** Options of {@link plan}. */
export interface PlanOptions {
  /**
   * The user is changed between the two phases of the record (`native/caps.h`): kept capabilities are carried across,
   * and a policy that could undo the change is refused. Default: false.
   */
  readonly userSwitch?: boolean;
}

/** Options of {@link restrictSelf}. */
export interface RestrictOptions {
  /**
   * Changes the user, for good and on every thread, between the two phases: kept capabilities are carried across, and
   * nothing else is. Synchronous; for instance `() => dropPrivileges(user)` of `@sb/privdrop`, with
   * `unsafeAllowCapabilities` in its policy where something is kept, since it would take that for a failure. Its result
   * doesn't count, only whether every thread has another user. If it throws, what is not kept is given up all the same,
   * and its error is thrown on. It is called also where there are no capabilities. Default: the user stays.
   */
  readonly switchUser?: () => unknown;
}

/** Options of {@link get}. */
export interface GetOptions {
  /** Each thread by itself: in Linux capabilities belong to a thread. Default: the thread-group leader. */
  readonly threads?: boolean;
}

/** Options of {@link parse} and {@link format}. */
export interface TextOptions {
  /** Number of the last capability that "all" means. Default: this kernel's. */
  readonly last?: number;
}
