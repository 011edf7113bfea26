import { conditionsSet } from '../exact/condition-set.js';
import type { Diagram, Diagrams } from '../exact/diagrams.js';
import type { Case } from '../exact/policy-cases.js';
import { type Action, sameAction } from '../policy/actions.js';
import { type Condition, describeCondition } from '../policy/conditions.js';

/** Combines two actions. */
export type Operation = (a: Action, b: Action) => Action;

/**
 * Returns the rules that decide like two lists of rules together. In order, each pair of rules gives one rule that
 * matches if both match. Rules that never decide, conditions that change nothing, and rules with the same action as
 * what follows are left out.
 *
 * @throws SeccompError `too-complex`
 */
export function product(diagrams: Diagrams, [a, b]: readonly [Case, Case], operation: Operation): Case {
  const all = (one: Case) => [...one.rules, { when: [], action: one.otherwise }];
  const pairs = all(a).flatMap((first) =>
    all(b).map((second) => ({
      when: [...first.when, ...second.when],
      action: operation(first.action, second.action),
    })),
  );
  return shortened(diagrams, pairs);
}

/** @param rules - one of them matches every call */
function shortened(diagrams: Diagrams, rules: Case['rules']): Case {
  const kept: { when: readonly Condition[]; action: Action }[] = [];
  let left: Diagram = diagrams.everything;
  for (const { when, action } of rules) {
    const decided = diagrams.both(left, conditionsSet(diagrams, when));
    if (decided === diagrams.nothing) continue;
    kept.push({ when: fewest(diagrams, when, { left, decided }), action });
    left = diagrams.without(left, decided);
    if (left === diagrams.nothing) break;
  }
  // No rule follows the last one, so it needs no conditions.
  const last = kept.pop();
  if (last === undefined) throw new Error('no rule holds');
  while (sameAction(kept.at(-1)?.action ?? other(last.action), last.action)) kept.pop();
  return { rules: kept, otherwise: last.action };
}

interface Decided {
  /** The calls that no earlier rule has decided. */
  readonly left: Diagram;
  /** Those of them that this rule decides. */
  readonly decided: Diagram;
}

/** Returns the conditions without those that change nothing here. */
function fewest(diagrams: Diagrams, when: readonly Condition[], { left, decided }: Decided): readonly Condition[] {
  let kept = [...new Map(when.map((one) => [describeCondition(one), one])).values()];
  for (const one of kept.toReversed()) {
    const fewer = kept.filter((other) => other !== one);
    if (diagrams.both(left, conditionsSet(diagrams, fewer)) === decided) kept = fewer;
  }
  return kept;
}

const other = ({ action }: Action): Action => ({ action: action === 'allow' ? 'log' : 'allow' });
