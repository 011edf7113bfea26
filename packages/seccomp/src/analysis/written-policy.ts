import type { Case } from '../exact/policy-cases.js';
import { type Action, describeAction, errno, lets, sameAction } from '../policy/actions.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy } from '../policy/policy.js';
import type { Rule } from '../policy/rules.js';

/** What a policy is to say: of each call by name, and of everything else. */
export interface Said extends Required<
  Pick<SeccompOptions, 'unknown' | 'foreign' | 'x32' | 'architectures' | 'level'>
> {
  readonly calls: ReadonlyMap<string, Case>;
}

/**
 * Writes a policy that says exactly that: from `deny-all`, calls that are allowed by name, and rules for what is neither
 * allowed nor denied alike. Names of calls and rules without conditions come before every detour that a policy closes by
 * itself, so that nothing is added to what is meant.
 *
 * @throws SeccompError `invalid-policy` for more rules than a policy has
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

/** The denial that most calls end with. */
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
