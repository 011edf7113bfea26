import { encodeAction } from '../policy/actions.js';
import { argumentsLevel } from './call-words.js';
import { conditionsSet } from './condition-set.js';
import type { Diagram, Diagrams } from './diagrams.js';
import { meaningOf } from './meaning.js';
import type { Case, PolicyCases } from './policy-cases.js';
import { programDiagram } from './program-diagram.js';
import type { Position, SymbolicProgram } from './symbolic-program.js';

/** A claim to prove: from a position, the program does what a case says from one of its rules. */
interface Claim {
  readonly position: Position;
  readonly index: number;
  readonly rule: number;
}

/** A path through the program: its position, and the calls that reach it. */
interface Way {
  readonly position: Position;
  readonly calls: Diagram;
}

/** With more paths than this for one rule, the whole functions are compared. */
const waysMax = 1 << 12;

/**
 * Proves that a program does what a policy says, rule by rule. It follows every path of the program until the path has
 * decided whether the rule matches, with the exact set of calls that take it. If the rule matches, its action must
 * follow. If it does not, the rest of the program must do what the remaining rules say, for all calls. So it handles
 * only one rule at a time. The work grows with the length of the program, not with the number of paths through the
 * whole program.
 *
 * What it proves is true. What it cannot prove may be true too, because it forgets which calls earlier rules have left
 * over.
 *
 * @returns the number of paths, or undefined if the proof fails
 */
export function agreement(diagrams: Diagrams, program: SymbolicProgram, policy: PolicyCases): number | undefined {
  const isOpaque = (position: Position) => {
    const step = program.stepFrom(position);
    return 'answer' in step || diagrams.levelOf(step.asks) >= argumentsLevel;
  };
  const positions = programDiagram(diagrams, program, (position) =>
    isOpaque(position) ? diagrams.leaf(position) : undefined,
  );
  const search = new Search(diagrams, program, policy.cases);
  for (const [position, index] of leafPairs(diagrams, positions, policy.index))
    search.claim({ position, index, rule: 0 });
  return search.run() ? search.ways : undefined;
}

/** Every pair of numbers that two functions have for the same call. */
function leafPairs(diagrams: Diagrams, a: Diagram, b: Diagram): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  const seen = new Set<string>();
  const walk = (one: Diagram, other: Diagram): void => {
    const key = `${one} ${other}`;
    if (seen.has(key)) return;
    seen.add(key);
    const level = Math.min(diagrams.levelOf(one), diagrams.levelOf(other));
    if (diagrams.isLeaf(one) && diagrams.isLeaf(other)) {
      pairs.push([diagrams.valueOf(one), diagrams.valueOf(other)]);
      return;
    }
    walk(diagrams.low(one, level), diagrams.low(other, level));
    walk(diagrams.high(one, level), diagrams.high(other, level));
  };
  walk(a, b);
  return pairs;
}

/** The claims that are not proved yet. */
class Search {
  /** The number of paths. */
  ways = 0;
  readonly #diagrams: Diagrams;
  readonly #program: SymbolicProgram;
  readonly #cases: readonly Case[];
  readonly #open: Claim[] = [];
  readonly #claimed = new Set<string>();
  readonly #sets = new Map<Case, Diagram[]>();

  constructor(diagrams: Diagrams, program: SymbolicProgram, cases: readonly Case[]) {
    this.#diagrams = diagrams;
    this.#program = program;
    this.#cases = cases;
  }

  claim(claim: Claim): void {
    const key = `${claim.position} ${claim.index} ${claim.rule}`;
    if (this.#claimed.has(key)) return;
    this.#claimed.add(key);
    this.#open.push(claim);
  }

  /** Whether all claims were proved. */
  run(): boolean {
    for (let claim = this.#open.pop(); claim !== undefined; claim = this.#open.pop()) {
      if (!this.#isShown(claim)) return false;
    }
    return true;
  }

  #isShown(claim: Claim): boolean {
    const stack: Way[] = [{ position: claim.position, calls: this.#diagrams.everything }];
    for (let way = stack.pop(), count = 0; way !== undefined; way = stack.pop()) {
      if (++count > waysMax) return false;
      const on = this.#goOn(way, claim);
      if (on === undefined) return false;
      if (on.length === 0) this.ways++;
      stack.push(...on);
    }
    return true;
  }

  /** Returns the following paths: none if this one is proved, undefined if it cannot be. */
  #goOn({ position, calls }: Way, claim: Claim): readonly Way[] | undefined {
    const { rules, otherwise } = this.#caseOf(claim.index);
    const rule = rules[claim.rule];
    const step = this.#program.stepFrom(position);
    if (rule !== undefined) {
      const inside = this.#diagrams.both(calls, this.#setOf(claim));
      if (inside === this.#diagrams.nothing) {
        this.claim({ ...claim, position, rule: claim.rule + 1 });
        return [];
      }
      if (inside !== calls)
        return 'answer' in step ? this.#answersAll(step.answer, calls, claim) : this.#split(step, calls);
    }
    if ('asks' in step) return this.#split(step, calls);
    return this.#isAction(step.answer, rule?.action ?? otherwise) ? [] : undefined;
  }

  #split({ asks, yes, no }: { asks: Diagram; yes: Position; no: Position }, calls: Diagram): readonly Way[] {
    const [within, outside] = [this.#diagrams.both(calls, asks), this.#diagrams.without(calls, asks)];
    const ways = [
      { position: yes, calls: within },
      { position: no, calls: outside },
    ];
    return ways.filter((way) => way.calls !== this.#diagrams.nothing);
  }

  /** An answer before a rule is decided must match every rule that may still decide. */
  #answersAll(answer: Diagram, calls: Diagram, claim: Claim): readonly Way[] | undefined {
    const { rules, otherwise } = this.#caseOf(claim.index);
    for (let rule = claim.rule; rule < rules.length; rule++) {
      const inside = this.#diagrams.both(calls, this.#setOf({ ...claim, rule }));
      const action = rules[rule]?.action ?? otherwise;
      if (inside !== this.#diagrams.nothing && !this.#isAction(answer, action)) return undefined;
      if (inside === calls) return [];
    }
    return this.#isAction(answer, otherwise) ? [] : undefined;
  }

  #isAction(answer: Diagram, action: Case['otherwise']): boolean {
    return answer === this.#diagrams.leaf(meaningOf(encodeAction(action)));
  }

  #caseOf(index: number): Case {
    const found = this.#cases[index];
    if (found === undefined) throw new Error(`no case ${index}`);
    return found;
  }

  #setOf({ index, rule }: Claim): Diagram {
    const own = this.#caseOf(index);
    let sets = this.#sets.get(own);
    if (sets === undefined) this.#sets.set(own, (sets = []));
    return (sets[rule] ??= conditionsSet(this.#diagrams, own.rules[rule]?.when ?? []));
  }
}
