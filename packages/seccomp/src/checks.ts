import { describeAction, encodeAction } from './actions.js';
import { dataOffsets } from './bpf.js';
import { type Condition, describeCondition } from './conditions.js';
import type { Graph, Node, Test } from './graph.js';
import type { PlacedRule, Verdict } from './verdicts.js';

/** What the accumulator holds: a word of the call's data, masked or not. */
type Held = string;

/** Goes on with what the accumulator then holds. */
type Way = (held: Held) => Node;

/** How each comparison of one word is made: the test, and whether its answer counts the other way round. */
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

const all32 = 0xffff_ffff;

/**
 * The nodes that decide one call by its arguments.
 *
 * @param graph - where they are made
 * @param verdict - its rules, in turn
 * @param name - the call, for the listing
 */
export function checksOf(graph: Graph, verdict: Verdict, name: string): Node {
  const { rules, otherwise } = verdict;
  let following: ReadonlyMap<Held, Node> = new Map();
  const last = graph.ret(encodeAction(otherwise), describeAction(otherwise));
  const reachable = heldBefore(rules);
  // From the last rule to the first, so that each is built once for each thing that may be loaded when it is reached.
  for (const [index, rule] of [...rules.entries()].toReversed()) {
    const after = following;
    const isLast = index === rules.length - 1;
    const action = graph.ret(encodeAction(rule.action), describeAction(rule.action));
    const no: Way = (held) => (isLast ? last : (after.get(held) ?? unreachable(held)));
    let check: Way = () => action;
    for (const condition of rule.when.toReversed()) {
      const note = `${name}: ${rule.origin}: ${describeCondition(condition)}`;
      const yes = check;
      check = once((held) => conditionNode({ graph, condition, note, yes, no }, held));
    }
    following = new Map((reachable[index] ?? []).map((held) => [held, check(held)]));
  }
  return following.get('nr') ?? last;
}

/** For each rule, what may be loaded when it is reached: the number, or a word that a rule before it looked at. */
function heldBefore(rules: readonly PlacedRule[]): readonly (readonly Held[])[] {
  const held = new Set<Held>(['nr']);
  return rules.map(({ when }) => {
    const before = [...held];
    for (const { offset, mask } of when.flatMap(wordsOf)) held.add(heldName(offset, all32)).add(heldName(offset, mask));
    return before;
  });
}

/** A way that is asked for the same thing many times, and builds it once. */
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
  if (low === undefined) return unreachable('without words');
  // A mask that leaves out the upper half needs no look at it.
  if (high === undefined || (high.mask === 0 && high.value === 0)) return wordNode(check, low, held);
  return wideNode(check, [low, high], held);
}

/** Half of an argument, and what its masked bits are compared with. */
interface Word {
  /** Offset in `struct seccomp_data`. */
  readonly offset: number;
  readonly value: number;
  readonly mask: number;
}

/** The words that a condition looks at: the lower one, and in a 64-bit form the upper one. */
function wordsOf({ arg, compare, value, mask }: Condition): readonly Word[] {
  const offset = dataOffsets.args + arg * 8;
  if (compare.endsWith('32')) return [{ offset, value: Number(value), mask: Number(mask ?? all32) }];
  const [valueHigh, valueLow] = halves(value);
  const [maskHigh, maskLow] = mask === undefined ? [all32, all32] : halves(mask);
  return [
    { offset, value: valueLow, mask: maskLow },
    { offset: offset + 4, value: valueHigh, mask: maskHigh },
  ];
}

/** Compares one word with the condition's own comparison. */
function wordNode(check: Check, { offset, value, mask }: Word, held: Held): Node {
  const { graph, condition, yes, no, note } = check;
  const comparison = condition.compare.slice(0, -2);
  // (x & mask) != 0 is one test of bits, and needs no masking.
  if (comparison.startsWith('masked') && value === 0) {
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
  const comparison = condition.compare.slice(0, -2);
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

/** Loads and masks a word, unless the accumulator holds just that. */
function loaded(graph: Graph, { offset, mask }: Pick<Word, 'offset' | 'mask'>, ways: Loaded): Node {
  const { held } = ways;
  const plain = heldName(offset, all32);
  const wanted = heldName(offset, mask);
  const next = ways.next(wanted);
  if (held === wanted) return next;
  const masked = mask === all32 ? next : graph.and(mask, next, `& 0x${mask.toString(16)}`);
  const half = offset % 8 === 0 ? 'low' : 'high';
  return held === plain ? masked : graph.load(offset, masked, `arg${(offset - dataOffsets.args) >> 3}, ${half} half`);
}

const heldName = (offset: number, mask: number): Held => (mask === all32 ? `${offset}` : `${offset} & ${mask}`);

function halves(value: number | string): readonly [high: number, low: number] {
  const number = BigInt(value);
  return [Number(number >> 32n), Number(number & 0xffff_ffffn)];
}

function unreachable(what: string): never {
  throw new Error(`a filter can't be built: ${what}`);
}
