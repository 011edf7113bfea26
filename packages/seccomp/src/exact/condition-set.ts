import { dataOffsets } from '../bpf/bpf.js';
import type { Condition } from '../policy/conditions.js';
import { levelOf, wordBits } from './call-words.js';
import type { Diagram, Diagrams } from './diagrams.js';

type Relation = 'eq' | 'gt' | 'ge';

/** The basic comparison for each comparison, and whether it is inverted. */
const forms: Readonly<Record<string, readonly [relation: Relation, isOpposite: boolean]>> = {
  eq: ['eq', false],
  ne: ['eq', true],
  gt: ['gt', false],
  le: ['gt', true],
  ge: ['ge', false],
  lt: ['ge', true],
  maskedEq: ['eq', false],
  maskedNe: ['eq', true],
};

/** The calls that satisfy all of some conditions. */
export function conditionsSet(diagrams: Diagrams, conditions: readonly Condition[]): Diagram {
  // From the last argument to the first, so that each set is below those to which it is joined.
  const ordered = conditions.toSorted((a, b) => b.arg - a.arg);
  return ordered.reduce((all, one) => diagrams.both(conditionSet(diagrams, one), all), diagrams.everything);
}

/** The calls that satisfy a condition. It is independent of the compiler. */
function conditionSet(diagrams: Diagrams, condition: Condition): Diagram {
  const [relation, isOpposite] = forms[condition.compare.slice(0, -2)] ?? unknownComparison(condition);
  const set = condition.compare.endsWith('32')
    ? halfSet(diagrams, condition, { relation, shift: 0n })
    : wholeSet(diagrams, condition, relation);
  return isOpposite ? diagrams.without(diagrams.everything, set) : set;
}

function wholeSet(diagrams: Diagrams, condition: Condition, relation: Relation): Diagram {
  const low = halfSet(diagrams, condition, { relation, shift: 0n });
  const isEqual = halfSet(diagrams, condition, { relation: 'eq', shift: 32n });
  const decided = relation === 'eq' ? diagrams.nothing : halfSet(diagrams, condition, { relation: 'gt', shift: 32n });
  return diagrams.choose(isEqual, low, decided);
}

interface Half {
  readonly relation: Relation;
  /** 0 for the lower half, 32 for the upper one. */
  readonly shift: bigint;
}

/** The calls in which a comparison of the masked half of an argument with that of the value is true. */
function halfSet(diagrams: Diagrams, { arg, value, mask }: Condition, { relation, shift }: Half): Diagram {
  const { nothing, everything } = diagrams;
  const half = (number: number | string) => Number((BigInt(number) >> shift) & 0xffff_ffffn);
  const [wanted, counts] = [half(value), mask === undefined ? 0xffff_ffff : half(mask)];
  const offset = dataOffsets.args + arg * 8 + Number(shift) / 8;
  let found = relation === 'gt' ? nothing : everything;
  // From the lowest bit: each higher one outweighs all before it. A bit outside the mask counts as 0.
  for (let bit = 0; bit < wordBits; bit++) {
    const isWanted = bitOf(wanted, bit);
    if (!bitOf(counts, bit)) found = isWanted ? nothing : found;
    else if (isWanted) found = diagrams.node(levelOf(offset, bit), nothing, found);
    else found = diagrams.node(levelOf(offset, bit), found, relation === 'eq' ? nothing : everything);
  }
  return found;
}

const bitOf = (value: number, bit: number): boolean => ((value >>> bit) & 1) === 1;

function unknownComparison({ compare }: Condition): never {
  throw new Error(`no comparison ${compare}`);
}

/** The calls in which a word is a number. @param offset - in `struct seccomp_data` */
export function whereWordIs(diagrams: Diagrams, offset: number, value: number): Diagram {
  let set = diagrams.everything;
  for (let bit = 0; bit < wordBits; bit++) {
    const level = levelOf(offset, bit);
    set = bitOf(value, bit) ? diagrams.node(level, diagrams.nothing, set) : diagrams.node(level, set, diagrams.nothing);
  }
  return set;
}
