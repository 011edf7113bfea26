import { encodeAction } from '../policy/actions.js';
import { conditionsSet } from './condition-set.js';
import type { Diagram, Diagrams } from './diagrams.js';
import { meaningOf } from './meaning.js';
import type { Case, PolicyCases } from './policy-cases.js';

/** Returns the answers of a policy as a function of the call. @throws SeccompError `too-complex` */
export function policyDiagram(diagrams: Diagrams, { index, cases }: PolicyCases): Diagram {
  const made = cases.map((one) => caseDiagram(diagrams, one));
  return withLeaves(diagrams, index, (leaf) => made[leaf] ?? diagrams.nothing);
}

/** Returns the answers of rules: the first that matches decides. */
export function caseDiagram(diagrams: Diagrams, { rules, otherwise }: Case): Diagram {
  const leaf = (action: Case['otherwise']) => diagrams.leaf(meaningOf(encodeAction(action)));
  return rules.reduceRight(
    (rest, { when, action }) => diagrams.choose(conditionsSet(diagrams, when), leaf(action), rest),
    leaf(otherwise),
  );
}

/** Returns a function with each number replaced by a function of later bits only. */
export function withLeaves(diagrams: Diagrams, diagram: Diagram, replace: (value: number) => Diagram): Diagram {
  const known = new Map<Diagram, Diagram>();
  const walk = (node: Diagram): Diagram => {
    let found = known.get(node);
    if (found === undefined) {
      const level = diagrams.levelOf(node);
      found = diagrams.isLeaf(node)
        ? replace(diagrams.valueOf(node))
        : diagrams.node(level, walk(diagrams.low(node, level)), walk(diagrams.high(node, level)));
      known.set(node, found);
    }
    return found;
  };
  return walk(diagram);
}
