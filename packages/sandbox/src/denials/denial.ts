import type { PathRule } from '@sb/landlock';

import type { ShortRule } from '../policy/options.js';

/** What would have allowed a denied call. */
export interface DenialAddition {
  /** Words for `sb-run`; absent if no option expresses it. */
  readonly options?: readonly string[];
  /** A rule for `landlock.paths` of the policy. */
  readonly path?: PathRule | ShortRule;
  /** Ports for `landlock.net` of the policy. */
  readonly net?: { readonly connectTcp?: readonly number[]; readonly bindTcp?: readonly number[] };
  /** The scopes that stay in `landlock.scope` of the policy. */
  readonly scope?: readonly string[];
  /** Calls for `seccomp.allow` of the policy. */
  readonly allow?: readonly string[];
  /** The value of `unix` in the policy. */
  readonly unix?: 'any';
}

/** A call that was refused by Landlock (the rules for files and ports, the scopes, tracing) or by the filter, and how often. */
export interface Denial {
  /** When it was refused for the first time, in ISO 8601. */
  readonly time: string;
  /** The thread that made the call first, as this process sees it. */
  readonly pid: number;
  /** Its name (`comm` of proc(5)): the program may have chosen it. */
  readonly program: string;
  /** What refused it. */
  readonly layer: 'landlock' | 'seccomp';
  /** The system call. */
  readonly call: string;
  /** The file or entry, as an absolute path without links. Bytes that are not UTF-8 are replaced. Absent without one. */
  readonly path?: string;
  /** The TCP port; the right says whether to connect or to bind. */
  readonly port?: number;
  /**
   * The process that a signal was sent to, or that would be traced, as this process sees it; below 0 it is a group, as in kill(2). Or the name of an abstract unix socket after an `@`;
   * bytes that are not printable ASCII, and backslashes, are written as `\\xHH`.
   */
  readonly target?: number | string;
  /** Of a rename or link: the new place. */
  readonly to?: string;
  /** The first missing right, the scope, or `ptrace`, by its kernel name; absent for a call that the filter denied. */
  readonly right?: string;
  /** The error that the call got. */
  readonly errno: string;
  /** The path of the nearest rule above, which lacks the right, or what the filter says; absent without one. */
  readonly rule?: string;
  /** Absent if no single option or rule is enough, or if a path cannot be written as text. */
  readonly add?: DenialAddition;
  /** How often it was refused by now. */
  readonly count: number;
}

/** What a program in a sandbox was denied. Each different denial occurs once. */
export interface Denials extends AsyncIterable<Denial> {
  /** Everything so far, with the counts of now. */
  readonly all: readonly Denial[];
  /** How many were not reported because there were too many different ones. */
  readonly lost: number;
  /**
   * - `watching`: the program runs.
   * - `complete`: it has ended, and all is reported.
   * - `interrupted`: the supervisor has ended before. Calls that name files fail with `ENOSYS` since then.
   */
  readonly state: 'watching' | 'complete' | 'interrupted';
  /** Settles when the state is no longer `watching`. Never rejects. */
  readonly ended: Promise<void>;
}
