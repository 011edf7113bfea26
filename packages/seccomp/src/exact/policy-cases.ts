import { dataOffsets } from '../bpf/bpf.js';
import type { Action } from '../policy/actions.js';
import type { Condition } from '../policy/conditions.js';
import type { SeccompPolicy } from '../policy/options.js';
import { verdicts } from '../policy/verdicts.js';
import { type Architecture, architectures, type Machine, onMachine } from '../tables/architectures.js';
import { firstLevel } from './call-words.js';
import { whereWordIs } from './condition-set.js';
import type { Diagram, Diagrams } from './diagrams.js';

/** The answers to some calls: the first rule whose conditions all hold decides. */
export interface Case {
  readonly rules: readonly { readonly when: readonly Condition[]; readonly action: Action }[];
  readonly otherwise: Action;
}

/** What a policy says about every architecture and number. */
export interface PolicyCases {
  /** For each call, the index of its case. */
  readonly index: Diagram;
  readonly cases: readonly Case[];
}

/** From a number up to the start of the next range. */
interface Range {
  readonly from: number;
  readonly leaf: Diagram;
}

/**
 * Returns the cases of a policy on a machine. An architecture for which the machine's kernel has no table is foreign
 * there.
 *
 * @param policy - from `policy`
 */
export function policyCases(diagrams: Diagrams, policy: SeccompPolicy, machine: Machine): PolicyCases {
  const cases: Case[] = [];
  const indices = new Map<Case | Action, Diagram>();
  const leafOf = (made: Case | Action): Diagram => {
    let leaf = indices.get(made);
    if (leaf === undefined) {
      leaf = diagrams.leaf(cases.push('otherwise' in made ? made : { rules: [], otherwise: made }) - 1);
      indices.set(made, leaf);
    }
    return leaf;
  };
  let index = leafOf(policy.foreign);
  for (const architecture of onMachine(policy.architectures, machine)) {
    const isOwn = whereWordIs(diagrams, dataOffsets.arch, architectures[architecture].audit);
    index = diagrams.choose(isOwn, numbersOf(diagrams, rangesOf(policy, architecture, leafOf)), index);
  }
  return { index, cases };
}

function rangesOf(
  policy: SeccompPolicy,
  architecture: Architecture,
  leafOf: (made: Case | Action) => Diagram,
): readonly Range[] {
  const { x32 } = architectures[architecture];
  const table = verdicts(policy, architecture);
  const starts = new Set([0, ...[...table.keys()].flatMap((number) => [number, number + 1])]);
  if (x32 !== undefined) starts.add(x32);
  return [...starts]
    .sort((a, b) => a - b)
    .map((from) => {
      if (x32 !== undefined && from >= x32) return { from, leaf: leafOf(policy.x32) };
      return { from, leaf: leafOf(table.get(from) ?? policy.unknown) };
    });
}

/**
 * Returns the function of the number that has each range's leaf within the range. @param ranges - ascending, the first
 * from 0
 */
function numbersOf(diagrams: Diagrams, ranges: readonly Range[]): Diagram {
  const build = (own: readonly Range[], bit: number, base: number): Diagram => {
    const [only] = own;
    if (only === undefined) throw new Error('a range is missing');
    if (own.length === 1) return only.leaf;
    const middle = base + 2 ** bit;
    const low = own.filter(({ from }) => from < middle);
    const high = own.slice(low.length);
    // A range that starts before the middle may extend beyond it.
    const upper = high[0]?.from === middle ? high : [...low.slice(-1), ...high];
    const level = firstLevel(dataOffsets.nr) + 31 - bit;
    return diagrams.node(level, build(low, bit - 1, base), build(upper, bit - 1, middle));
  };
  return build(ranges, 31, 0);
}
