import type { FeatureReport } from '@sb/core';
import type { SelfTestLine } from '@sb/sandbox';

/** A finding, and what to do about it. */
export interface Finding {
  /**
   * - `note`: does not change what pacman-fetch enforces.
   * - `partial`: a layer is missing; the others are enforced.
   * - `broken`: the configuration cannot download, or a promise is not kept.
   */
  readonly level: 'note' | 'partial' | 'broken';
  /** The state and its reason; a clause. */
  readonly what: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;
}

/** What this machine can enforce. */
export interface Diagnosis {
  readonly verdict: 'full' | 'partial' | 'broken';
  /** Release of the kernel. */
  readonly kernel: string;
  /** The user that downloads, and the reason for the choice; null if none can. */
  readonly user: { readonly name: string; readonly source: string } | null;
  /** What would be in force, feature by feature. */
  readonly features: readonly FeatureReport[];
  /** What the probe attempted in the sandbox, and the answers of the kernel. */
  readonly attempts: readonly SelfTestLine[];
  readonly findings: readonly Finding[];
}

/** Exit statuses of `doctor`; 2 is a wrong command line or configuration, as for every command. */
export const doctorStatus = { full: 0, partial: 1, broken: 3 } as const;

/** The worst of the findings decides. */
export function verdictOf(findings: readonly Finding[]): Diagnosis['verdict'] {
  const has = (level: Finding['level']) => findings.some((finding) => finding.level === level);
  if (has('broken')) return 'broken';
  return has('partial') ? 'partial' : 'full';
}
