/* Every call of the reduced domain tried on a pair of policies, and what must come of that by trying alone. */
import type { FilterRelation } from '../../src/analysis/index.js';
import { type Action, encodeAction } from '../../src/policy/actions.js';
import type { SeccompPolicy } from '../../src/index.js';
import { oracle } from './oracle.js';
import { type ReducedCall, reducedCalls } from './reduced.js';

/** The actions from the strictest on, as seccomp(2) lists them. */
export const order: readonly Action['action'][] = [
  'kill-process',
  'kill-thread',
  'trap',
  'errno',
  'user-notify',
  'trace',
  'log',
  'allow',
];

const rank = ({ action }: Action): number => order.indexOf(action);

/** Whether a call goes on, or may. */
export const going = ({ action }: Action): boolean => order.indexOf(action) >= order.indexOf('user-notify');

/** What a policy answers to each of some calls, by the oracle. Default: those of the reduced domain. */
export function answersOf(policy: SeccompPolicy, calls = reducedCalls): readonly Action[] {
  return calls.map((call) => answer(policy, call));
}

/** What it answers to one. */
export function answer(policy: SeccompPolicy, call: ReducedCall): Action {
  return call.arch === undefined ? policy.foreign : oracle(policy, { ...call, arch: call.arch });
}

/** How two lists of answers relate. */
export function relationOf(a: readonly Action[], b: readonly Action[]): FilterRelation {
  const pairs = a.map((one, index) => [one, b[index] ?? one] as const);
  const [onlyA, onlyB] = [pairs.some(([x, y]) => going(x) && !going(y)), pairs.some(([x, y]) => going(y) && !going(x))];
  if (onlyA && onlyB) return pairs.some(([x, y]) => going(x) && going(y)) ? 'overlap' : 'disjoint';
  if (onlyA) return 'superset';
  if (onlyB) return 'subset';
  return pairs.every(([x, y]) => encodeAction(x) === encodeAction(y)) ? 'equal' : 'alike';
}

/** What becomes of two answers. */
export const operations = {
  intersect: (a: Action, b: Action): Action => (rank(a) < rank(b) ? a : b),
  union: (a: Action, b: Action): Action => (rank(b) > rank(a) ? b : a),
  difference: (a: Action, b: Action, denied: Action): Action =>
    !going(a) || !going(b) ? a : going(denied) ? { action: 'errno', errno: 'EPERM' } : denied,
} as const;
