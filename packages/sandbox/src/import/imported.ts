import type { SandboxPolicy } from '../policy/options.js';

/** A setting that the policy says nothing of, or something else. */
export interface UnsaidSetting {
  /** The place in what was given, for instance `line 7`. */
  readonly path: string;
  readonly what: string;
}

/** What another engine's configuration came to. */
export interface Imported {
  readonly policy: SandboxPolicy;
  readonly unsaid: readonly UnsaidSetting[];
}
