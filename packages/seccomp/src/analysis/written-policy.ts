import type { Case } from '../exact/policy-cases.js';
import { type Action, describeAction, errno, lets, sameAction } from '../policy/actions.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy } from '../policy/policy.js';
import type { Rule } from '../policy/rules.js';

/** What a policy should say: about each call by name, and about everything else. */
export interface Said extends Required<
  Pick<SeccompOptions, 'unknown' | 'foreign' | 'x32' | 'architectures' | 'level'>
> {
  readonly calls: ReadonlyMap<string, Case>;
}

/**
 * Writes a policy that says exactly that. It starts from `deny-all`, allows calls by name, and has rules for calls that
 * are neither allowed nor denied with the default. Names of calls and rules without conditions override the detours
 * that a policy closes by itself, so nothing is added.
 *
 * @throws SeccompError `invalid-policy` for more rules than a policy may have
 */
export function writtenPolicy({ calls, ...rest }: Said): SeccompPolicy {
  const denied = commonDenial([...calls.values()]);
  const allow: string[] = [];
  const rules: Rule[] = [];
  for (const [syscall, { rules: own, otherwise }] of calls) {
    for (const { when, action } of own) rules.push({ syscall, when, action });
    if (otherwise.action === 'allow') allow.push(syscall);
    else if (!sameAction(otherwise, denied) || syscall === 'clone3')
      rules.push({ syscall, when: [], action: otherwise });
  }
  return policy({ base: 'deny-all', sockets: 'any', denied, allow, rules, ...rest });
}

/** The most frequent denial. */
function commonDenial(cases: readonly Case[]): Action {
  const counts = new Map<string, { readonly action: Action; count: number }>();
  for (const { otherwise } of cases.filter((one) => !lets(one.otherwise))) {
    const key = describeAction(otherwise);
    const entry = counts.get(key) ?? { action: otherwise, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.action ?? errno('EPERM');
}
