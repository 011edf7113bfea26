/** What a sandbox comes to for another engine. */

/** The engines that a sandbox can be exported to. */
export const exportTargets = ['oci', 'kubernetes', 'systemd', 'docker', 'bwrap'] as const;

/** An engine that a sandbox can be exported to. */
export type ExportTarget = (typeof exportTargets)[number];

/** Something that the sandbox enforces and the engine does not. */
export interface MissingFeature {
  /** As in the report, for instance `landlock.net.connect_tcp`. */
  readonly feature: string;
  /** Why the engine does not. */
  readonly why: string;
  /** How to have it there all the same. */
  readonly instead: string;
}

/** What {@link Exported} has of it. */
export interface ExportGap extends MissingFeature {
  /** Whether the policy requires it, and not only prefers it. */
  readonly required: boolean;
}

/** A sandbox for another engine. */
export interface Exported {
  /** What the engine reads: a configuration in JSON, a unit, or a script of sh(1). */
  readonly text: string;
  readonly missing: readonly ExportGap[];
}

/** The same before levels are looked at. */
export interface Written extends Pick<Exported, 'text'> {
  readonly missing: readonly MissingFeature[];
}
