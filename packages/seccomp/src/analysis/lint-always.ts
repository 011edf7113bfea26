import { conditionsSet } from '../exact/condition-set.js';
import { type Diagram, Diagrams } from '../exact/diagrams.js';
import { describeCondition } from '../policy/conditions.js';
import type { Verdict } from '../policy/verdicts.js';
import { type LintFinding, warning } from './finding.js';

type PlacedRule = Verdict['rules'][number];

/** With more rules for one call, earlier ones are left out of account: a policy may have thousands. */
const rulesMax = 64;

/**
 * Finds conditions of the policy's own rules that hold for every call that gets as far as their rule. They always hold, or earlier
 * rules have decided about all others. Then the rule decides about more calls than it seems to.
 *
 * @param verdict - what the policy says about one call
 */
export function lintAlways(name: string, { rules }: Verdict): readonly LintFinding[] {
  const diagrams = new Diagrams();
  let left: Diagram = diagrams.everything;
  const found: LintFinding[] = [];
  for (const rule of rules) {
    if (rule.origin.startsWith('rules[')) found.push(...alwaysIn(diagrams, { name, rule, left }));
    if (rules.length <= rulesMax) left = diagrams.without(left, conditionsSet(diagrams, rule.when));
  }
  return found;
}

interface Reached {
  readonly name: string;
  readonly rule: PlacedRule;
  /** The calls that no earlier rule has decided about. */
  readonly left: Diagram;
}

function alwaysIn(diagrams: Diagrams, { name, rule, left }: Reached): readonly LintFinding[] {
  if (diagrams.both(left, conditionsSet(diagrams, rule.when)) === diagrams.nothing) return [];
  return rule.when.flatMap((one, at) => {
    const others = rule.when.filter((other) => other !== one);
    const reached = diagrams.both(left, conditionsSet(diagrams, others));
    if (diagrams.without(reached, conditionsSet(diagrams, [one])) !== diagrams.nothing) return [];
    const isAlone = conditionsSet(diagrams, [one]) === diagrams.everything;
    const why = isAlone ? 'holds for every value' : 'holds for every call that is left to it';
    const isSocket = /^socket(?:pair)?$/.test(name) && one.arg === 0;
    return [
      warning('always-true', `${rule.origin}.when[${at}]`, {
        message: `the condition "${describeCondition(one)}" of ${name} ${why}`,
        hint: isSocket
          ? 'Two rules with "not this family" match every family between them. List the families in sockets instead.'
          : 'Leave the condition out, or correct it: the rule matches more calls than it seems to.',
      }),
    ];
  });
}
