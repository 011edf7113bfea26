import type { RequirementLevel } from './level.js';
import type { EnforcementReport, FeatureReport } from './report.js';

/** The layers, by the number that starts each of their records. */
export const layerIds = { process: 1, caps: 2, privdrop: 3, landlock: 4, seccomp: 5 } as const;

/** The name of a layer that has a record. */
export type LayerName = keyof typeof layerIds;

/** What a plan needs from the process that applies it, and what another layer provides. */
export type PlanNeed = 'no_new_privs';

/** What will be enforced, decided from plain data before anything changes. */
export interface LayerPlan {
  readonly layer: LayerName;
  /** The bytes that the layer's C function applies; empty if nothing is to be done. */
  readonly record: Uint8Array;
  /** What the report will say if every step succeeds. */
  readonly features: readonly FeatureReport[];
  /** What must be in force before the record is applied. */
  readonly needs: readonly PlanNeed[];
}

/** Levels by the names that reports have for a layer's features. */
export type LayerLevels = Readonly<Partial<Record<string, RequirementLevel>>>;

/**
 * The functions of a layer. A layer's module satisfies the whole interface.
 *
 * `support` reads the kernel; `policy`, `withLevels` and `plan` decide from plain data; only `restrictSelf` changes
 * the process. It changes every thread, or refuses.
 */
export interface Layer<Options, Policy, Support, Plan extends LayerPlan = LayerPlan> {
  support(): Support;
  policy(options: Options): Policy;
  withLevels(policy: Policy, levels: LayerLevels): Policy;
  plan(policy: Policy, support: Support): Plan;
  restrictSelf(policy: Policy): EnforcementReport;
}
