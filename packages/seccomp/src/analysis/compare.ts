import { seccompError } from '../errors.js';
import { combine } from '../exact/combine.js';
import { type Diagram, Diagrams } from '../exact/diagrams.js';
import { withLeaves } from '../exact/policy-diagram.js';
import { smallestCall, valueAt, type WitnessCall } from '../exact/witness.js';
import { type Action, decodeAction } from '../policy/actions.js';
import type { Machine } from '../tables/architectures.js';
import { goesOn } from './precedence.js';
import { type Comparable, type Side, sideOf } from './side.js';

/**
 * How two filters relate, by the calls that they let through (`allow`, `log`, `trace`, `user-notify`).
 *
 * - `equal`: the same answer to every call.
 * - `alike`: both let the same calls through, but some other answers differ, for instance an error.
 * - `subset`, `superset`: the calls of one are among those of the other.
 * - `overlap`: each lets some calls through that the other does not, and both let some through.
 * - `disjoint`: no call is let through by both.
 */
export type FilterRelation = 'equal' | 'alike' | 'subset' | 'superset' | 'overlap' | 'disjoint';

/** The result of {@link compare}. Every call in it is the smallest of its kind. */
export interface FilterComparison {
  readonly relation: FilterRelation;
  /** The machines on which they were compared. */
  readonly machines: readonly Machine[];
  /** A call that only the first lets through, if one exists. */
  readonly onlyA?: WitnessCall;
  /** A call that only the second lets through, if one exists. */
  readonly onlyB?: WitnessCall;
  /** A call that the two answer differently, with both answers; absent if they are equal. */
  readonly differs?: { readonly call: WitnessCall; readonly a: Action; readonly b: Action };
}

/** Bits of the facts about a call. */
const inA = 1;
const inB = 2;
const differing = 4;

/**
 * Compares two filters over all possible calls: every architecture, number and value of all six arguments. Policies are
 * compared on every machine for which one of them names an architecture. A program is compared on its own machine only.
 *
 * @param a - a policy, its options, a compiled filter, or one program with its machine
 * @param b - likewise
 * @throws SeccompError `no-program` for programs of different machines, `invalid-program`, `too-complex` if the answer
 *   would take too long, and the errors of `policy`
 */
export function compare(a: Comparable, b: Comparable): FilterComparison {
  const sides = [sideOf(a), sideOf(b)] as const;
  const machines = commonMachines(a, b, sides);
  const found: Found = { common: false, witnesses: {} };
  for (const machine of machines) compareOn(machine, sides, found);
  return Object.freeze({ relation: relationOf(found), machines, ...found.witnesses });
}

/** What is known about the machines compared so far. */
interface Found {
  /** Whether both let some call through. */
  common: boolean;
  readonly witnesses: { -readonly [Key in 'onlyA' | 'onlyB' | 'differs']?: FilterComparison[Key] };
}

function relationOf({ witnesses: { onlyA, onlyB, differs }, common }: Found): FilterRelation {
  if (differs === undefined) return 'equal';
  if (onlyA === undefined) return onlyB === undefined ? 'alike' : 'subset';
  if (onlyB === undefined) return 'superset';
  return common ? 'overlap' : 'disjoint';
}

function compareOn(machine: Machine, [a, b]: readonly [Side, Side], found: Found): void {
  const diagrams = new Diagrams();
  const [first, second] = [a.on(diagrams, machine), b.on(diagrams, machine)];
  if (first === second) {
    found.common ||= holdsFor(diagrams, first, goesOn);
    return;
  }
  const kinds = combine(diagrams, [first, second], kindOf);
  const callWhere = (test: (kind: number) => boolean): WitnessCall | undefined => {
    const set = withLeaves(diagrams, kinds, (kind) => (test(kind) ? diagrams.everything : diagrams.nothing));
    return set === diagrams.nothing ? undefined : smallestCall(diagrams, set, machine);
  };
  const isOnly = (side: number) => (kind: number) => (kind & (inA | inB)) === side;
  const [onlyA, onlyB] = [callWhere(isOnly(inA)), callWhere(isOnly(inB))];
  const call = callWhere((kind) => (kind & differing) !== 0);
  if (onlyA !== undefined) found.witnesses.onlyA ??= onlyA;
  if (onlyB !== undefined) found.witnesses.onlyB ??= onlyB;
  if (call !== undefined) {
    const answer = (side: Diagram) => decodeAction(valueAt(diagrams, side, call));
    found.witnesses.differs ??= { call, a: answer(first), b: answer(second) };
  }
  found.common ||= holdsFor(diagrams, kinds, (kind) => (kind & (inA | inB)) === (inA | inB));
}

function kindOf(a: number, b: number): number {
  return (goesOn(a) ? inA : 0) | (goesOn(b) ? inB : 0) | (a === b ? 0 : differing);
}

/** Whether some call has a value of that kind. */
function holdsFor(diagrams: Diagrams, diagram: Diagram, test: (value: number) => boolean): boolean {
  const set = withLeaves(diagrams, diagram, (value) => (test(value) ? diagrams.everything : diagrams.nothing));
  return set !== diagrams.nothing;
}

function commonMachines(a: Comparable, b: Comparable, sides: readonly [Side, Side]): readonly Machine[] {
  const [first, second] = sides.map(({ machines }) => machines);
  const all = [...new Set(sides.flatMap(({ machines }) => machines))];
  const narrow = [a, b].flatMap((given) => ('bytes' in given ? [given.machine] : []));
  const machines = all.filter((machine) => narrow.every((one) => one === machine));
  if (machines.length > 0) return Object.freeze(machines);
  throw seccompError('no-program', 'compare', {
    what: `the filters are for different machines: ${first?.join(', ')} and ${second?.join(', ')}`,
    hint: 'Compare programs for the same machine.',
  });
}
