/** The codes of `lint`. */
export type LintCode =
  | 'clone3-errno'
  | 'clone3-bypass'
  | 'namespaces-bypass'
  | 'io-uring-kill'
  | 'io-uring-bypass'
  | 'io-uring-commands'
  | 'openat2-bypass'
  | 'fchmodat2-bypass'
  | 'futex-bypass'
  | 'x32-open'
  | 'foreign-open'
  | 'unknown-not-enosys'
  | 'cannot-exit'
  | 'wide-compare-of-int'
  | 'narrow-compare-of-long'
  | 'pointer-compare'
  | 'hot-call-argument'
  | 'never-matches'
  | 'always-true'
  | 'shadowed'
  | 'no-such-call'
  | 'no-such-argument'
  | 'needs-supervisor';

/** One finding. An `error` is a hole or a crash; a `warning` costs time or surprises. */
export interface LintFinding {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning';
  /** The place in the policy, for instance `rules[0].when[1]`. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

type Text = Pick<LintFinding, 'message' | 'hint'>;

/** A finding that is a hole or a crash. */
export function error(code: LintCode, path: string, { message, hint }: Text): LintFinding {
  return { code, severity: 'error', path, message, hint };
}

/** A finding that costs time or surprises. */
export function warning(code: LintCode, path: string, { message, hint }: Text): LintFinding {
  return { code, severity: 'warning', path, message, hint };
}
