/**
 * What became of one feature of one layer.
 *
 * - `enforced`: it was applied, and read back.
 * - `already`: it held before we did anything.
 * - `unsupported`: it was asked for and is not in force; `reason` says why.
 * - `off`: it was not asked for.
 */
export type FeatureState = 'enforced' | 'unsupported' | 'off' | 'already';

/** One line of a report. */
export interface FeatureReport {
  /** The layer, for instance `landlock`. */
  readonly layer: string;
  /** The feature by its kernel name where it has one, for instance `net.connect_tcp`. */
  readonly feature: string;
  readonly state: FeatureState;
  /** Why it is not in force, or what limits it. Always present when `state` is `unsupported`. */
  readonly reason?: string;
  /**
   * Why nothing follows from its not being in force, where that is so: nothing could be done that can't be done anyway.
   * Such a line is `unsupported` and doesn't make a report partial.
   */
  readonly unneeded?: string;
}

/** `full`: all that was asked for is in force, or nothing follows from what is not; `partial`: some of it; `none`: nothing that restricts. */
export type EnforcementStatus = 'full' | 'partial' | 'none';

/** What is in force, feature by feature. */
export interface EnforcementReport {
  readonly status: EnforcementStatus;
  readonly features: readonly FeatureReport[];
}

/**
 * Sums feature lines up into a report. Features that are `off` don't count. What a sandbox does beside its layers, whose
 * lines are called `process`, and no_new_privs, which it sets in any case, go with a restriction and are none by
 * themselves: where no layer has anything in force, the status of a sandbox is `none`.
 *
 * @param features - the lines, in the order they should be shown
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
