/**
 * The state of one feature of one layer.
 *
 * - `enforced`: it was applied and read back.
 * - `already`: it was in force before.
 * - `unsupported`: it was asked for and is not in force; `reason` says why.
 * - `off`: it was not asked for.
 */
export type FeatureState = 'enforced' | 'unsupported' | 'off' | 'already';

/** One line of a report. */
export interface FeatureReport {
  /** The layer, for instance `landlock`. */
  readonly layer: string;
  /** The feature, by its kernel name if it has one, for instance `net.connect_tcp`. */
  readonly feature: string;
  readonly state: FeatureState;
  /** Why it is not in force, or what limits it. Always present when `state` is `unsupported`. */
  readonly reason?: string;
  /**
   * Why it has no consequence that the feature is not in force: it would forbid only what is impossible anyway. Such a line is
   * `unsupported` and does not make a report partial.
   */
  readonly unneeded?: string;
}

/**
 * - `full`: everything that was asked for is in force, or its absence has no consequence.
 * - `partial`: a part of it is in force.
 * - `none`: no restriction is in force.
 */
export type EnforcementStatus = 'full' | 'partial' | 'none';

/** What is in force, feature by feature. */
export interface EnforcementReport {
  readonly status: EnforcementStatus;
  readonly features: readonly FeatureReport[];
}

/**
 * Makes a report from the lines of features. Features that are `off` do not count. The lines `process` of a sandbox, and
 * no_new_privs, which it always sets, accompany a restriction and do not count as one. If no layer of a sandbox has anything in
 * force, its status is `none`.
 *
 * @param features - the lines, in the order in which they are shown
 */
export function reportOf(features: readonly FeatureReport[]): EnforcementReport {
  const asked = features.filter(({ state }) => state !== 'off');
  const missing = asked.filter(({ state, unneeded }) => state === 'unsupported' && unneeded === undefined);
  const isSandbox = features.some(({ layer }) => layer === 'process');
  const isRestricted = asked.some((line) => line.state !== 'unsupported' && !(isSandbox && goesWithOthers(line)));
  if (!isRestricted) return { status: 'none', features };
  return { status: missing.length === 0 ? 'full' : 'partial', features };
}

function goesWithOthers({ layer, feature }: FeatureReport): boolean {
  return layer === 'process' || feature === 'no_new_privs';
}
