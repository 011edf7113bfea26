import { describeAction, encodeAction } from '../policy/actions.js';
import { dataOffsets } from '../bpf/bpf.js';
import { type Condition, describeCondition } from '../policy/conditions.js';
import type { Graph, Node, Test } from './graph.js';
import type { Verdict } from '../policy/verdicts.js';
import {
  all32,
  comparisonOf,
  type Held,
  heldAtStart,
  heldBefore,
  heldName,
  isBitTest,
  type Word,
  wordsOf,
} from './words.js';

/** Continues with the accumulator's content. */
type Way = (held: Held) => Node;

/** The test for each comparison of one word, and whether its result is inverted. */
const tests: Readonly<Record<string, readonly [test: Test, inverted: boolean]>> = {
  eq: ['jeq', false],
  ne: ['jeq', true],
  gt: ['jgt', false],
  le: ['jgt', true],
  ge: ['jge', false],
  lt: ['jge', true],
  maskedEq: ['jeq', false],
  maskedNe: ['jeq', true],
};

/**
 * Returns the nodes that decide one call by its arguments.
 *
 * @param graph - the graph that creates them
 * @param verdict - its rules, in order
 * @param name - the call, for the listing
 */
export function checksOf(graph: Graph, verdict: Verdict, name: string): Node {
  const { rules, otherwise } = verdict;
  let following: ReadonlyMap<Held, Node> = new Map();
  // Created when first needed: an unreachable node must not count as an instruction.
  const last = () => graph.ret(encodeAction(otherwise), describeAction(otherwise));
  const reachable = heldBefore(rules);
  // From the last rule to the first, so that each is built once for each possible content of the accumulator.
  for (const [index, rule] of [...rules.entries()].toReversed()) {
    const after = following;
    const isLast = index === rules.length - 1;
    const no: Way = (held) => (isLast ? last() : (after.get(held) ?? unreachable(held)));
    let check: Way = () => graph.ret(encodeAction(rule.action), describeAction(rule.action));
    for (const condition of rule.when.toReversed()) {
      const note = `${name}: ${rule.origin}: ${describeCondition(condition)}`;
      const yes = check;
      check = once((held) => conditionNode({ graph, condition, note, yes, no }, held));
    }
    following = new Map((reachable[index] ?? []).map((held) => [held, check(held)]));
  }
  return following.get(heldAtStart) ?? last();
}

/** A continuation that is requested many times for the same content, and is built once. */
function once(way: Way): Way {
  const built = new Map<Held, Node>();
  return (held) => {
    const node = built.get(held) ?? way(held);
    built.set(held, node);
    return node;
  };
}

interface Check {
  readonly graph: Graph;
  readonly condition: Condition;
  readonly note: string;
  readonly yes: Way;
  readonly no: Way;
}

function conditionNode(check: Check, held: Held): Node {
  const [low, high] = wordsOf(check.condition);
  return high === undefined ? wordNode(check, low, held) : wideNode(check, [low, high], held);
}

/** Compares one word with the condition's own comparison. */
function wordNode(check: Check, word: Word, held: Held): Node {
  const { graph, condition, yes, no, note } = check;
  const { offset, value, mask } = word;
  const comparison = comparisonOf(condition);
  if (isBitTest(condition, word)) {
    const [any, none] = comparison === 'maskedNe' ? [yes, no] : [no, yes];
    const next: Way = (now) => graph.test('jset', mask, { yes: any(now), no: none(now), note });
    return loaded(graph, { offset, mask: all32 }, { held, next });
  }
  const [test, inverted] = tests[comparison] ?? unreachable(comparison);
  const next: Way = (now) =>
    graph.test(test, value, inverted ? { yes: no(now), no: yes(now), note } : { yes: yes(now), no: no(now), note });
  return loaded(graph, { offset, mask }, { held, next });
}

/** Compares both words: the upper one decides unless it is equal. */
function wideNode(check: Check, [low, high]: readonly [low: Word, high: Word], held: Held): Node {
  const { graph, condition, yes, no, note } = check;
  const comparison = comparisonOf(condition);
  const next: Way = (now) => {
    const equal = { yes: wordNode(check, low, now), note };
    switch (comparison) {
      case 'eq':
      case 'maskedEq':
        return graph.test('jeq', high.value, { ...equal, no: no(now) });
      case 'ne':
      case 'maskedNe':
        return graph.test('jeq', high.value, { ...equal, no: yes(now) });
      default: {
        const isAbove = comparison === 'gt' || comparison === 'ge';
        const [above, below] = isAbove ? [yes, no] : [no, yes];
        const notAbove = graph.test('jeq', high.value, { ...equal, no: below(now) });
        return graph.test('jgt', high.value, { yes: above(now), no: notAbove, note });
      }
    }
  };
  return loaded(graph, high, { held, next });
}

interface Loaded {
  readonly held: Held;
  readonly next: Way;
}

/** Loads and masks a word, unless the accumulator contains exactly that. */
function loaded(graph: Graph, { offset, mask }: Pick<Word, 'offset' | 'mask'>, ways: Loaded): Node {
  const { held } = ways;
  const plain = heldName({ offset, mask: all32 });
  const wanted = heldName({ offset, mask });
  const next = ways.next(wanted);
  if (held === wanted) return next;
  const masked = mask === all32 ? next : graph.and(mask, next, `& 0x${mask.toString(16)}`);
  const half = offset % 8 === 0 ? 'low' : 'high';
  return held === plain ? masked : graph.load(offset, masked, `arg${(offset - dataOffsets.args) >> 3}, ${half} half`);
}

function unreachable(what: string): never {
  throw new Error(`a filter can't be built: ${what}`);
}
