/** What decided about a call. */
interface Decided {
  /** The place in the filter's policy, from `evaluate`. */
  readonly rule: string;
  /** The preset that the policy starts from. */
  readonly base: string;
  readonly does: 'allows' | 'denies';
}

/**
 * Says in plain words which preset, group or rule decides about a call.
 *
 * @param name - of the call
 * @param decided - what decided
 * @returns a clause, such as `deny-dangerous denies @mount, which contains mount`
 */
export function filterReason(name: string, { rule, base, does }: Decided): string {
  const [, group] = /(?:^|[ :])(@\S+)$/.exec(rule) ?? [];
  const what = group === undefined ? name : `${group}, which contains ${name}`;
  if (rule.startsWith(`${base}: `)) return `${base} ${does} ${what}`;
  if (/^(?:allow|deny) /.test(rule)) return `the policy ${does} ${what}`;
  if (rule.startsWith(`${base} rule `)) return `a rule of ${base} ${does} ${name}`;
  // The rules of the caller, and those that the sandbox adds to close a way around Landlock.
  if (rule.startsWith('rules[')) return `a rule in addition to ${base} ${does} ${name}`;
  if (rule.startsWith('arguments of ')) return `the filter denies ${name}, because it cannot check its arguments`;
  if (rule === 'sockets') return `the filter denies ${name} for a socket of this family`;
  return `the filter ${does} ${name} (${rule})`;
}
