import type { FeatureReport } from '@sb/core';
import type { SelfTestLine } from '@sb/sandbox';

/** Something that was found out, and what to do about it. */
export interface Finding {
  /**
   * - `note`: changes nothing about what pacman-fetch enforces.
   * - `partial`: a layer is missing; the others hold.
   * - `broken`: nothing can be downloaded as configured, or what is promised doesn't hold.
   */
  readonly level: 'note' | 'partial' | 'broken';
  /** What is so, and why; a clause. */
  readonly what: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;
}

/** What this machine can enforce. */
export interface Diagnosis {
  readonly verdict: 'full' | 'partial' | 'broken';
  /** Release of the kernel. */
  readonly kernel: string;
  /** Who downloads, and why just that user; null where nobody can. */
  readonly user: { readonly name: string; readonly source: string } | null;
  /** What would be in force, feature by feature. */
  readonly features: readonly FeatureReport[];
  /** What the probe attempted from inside, and what the kernel answered. */
  readonly attempts: readonly SelfTestLine[];
  readonly findings: readonly Finding[];
}

/** Exit statuses of `doctor`; 2 is a wrong command line or configuration, as everywhere. */
export const doctorStatus = { full: 0, partial: 1, broken: 3 } as const;

/** The worst of the findings decides. */
export function verdictOf(findings: readonly Finding[]): Diagnosis['verdict'] {
  const has = (level: Finding['level']) => findings.some((finding) => finding.level === level);
  if (has('broken')) return 'broken';
  return has('partial') ? 'partial' : 'full';
}
