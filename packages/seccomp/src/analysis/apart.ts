/** Where two policies answer a call by name differently: for each name how, and the smallest call that shows it. */
import { combine } from '../exact/combine.js';
import { Diagrams } from '../exact/diagrams.js';
import { caseDiagram, withLeaves } from '../exact/policy-diagram.js';
import { smallestCall, type WitnessCall } from '../exact/witness.js';
import type { SeccompPolicy } from '../policy/options.js';
import { verdicts } from '../policy/verdicts.js';
import { type Architecture, architectures } from '../tables/architectures.js';
import { syscallTable } from '../tables/syscalls.js';
import { goesOn } from './precedence.js';

/** How the second policy answers a call, next to the first. */
export type Difference = 'looser' | 'stricter' | 'both' | 'other answer';

/** A call that two policies answer differently. */
export interface ApartCall {
  readonly name: string;
  readonly how: Difference;
  /** Arguments for which they do; those that go on in the second only, where some do. */
  readonly args: WitnessCall['args'];
}

const [looser, stricter, otherAnswer] = [1, 2, 4] as const;

/**
 * Compares two policies call by call, on an architecture that both list.
 *
 * @throws SeccompError `too-complex`
 */
export function callsApart(a: SeccompPolicy, b: SeccompPolicy, architecture: Architecture): readonly ApartCall[] {
  const [first, second] = [verdicts(a, architecture), verdicts(b, architecture)];
  const found: ApartCall[] = [];
  for (const [number, name] of syscallTable(architecture)) {
    const [one, other] = [first.get(number), second.get(number)];
    if (one === undefined || other === undefined) continue;
    const diagrams = new Diagrams();
    const kinds = combine(diagrams, [caseDiagram(diagrams, one), caseDiagram(diagrams, other)], kindOf);
    const where = (bit: number) =>
      withLeaves(diagrams, kinds, (kind) => ((kind & bit) === 0 ? diagrams.nothing : diagrams.everything));
    const [more, less, odd] = [where(looser), where(stricter), where(otherAnswer)];
    const [isMore, isLess] = [more !== diagrams.nothing, less !== diagrams.nothing];
    const set = isMore ? more : isLess ? less : odd;
    if (set === diagrams.nothing) continue;
    const how = isMore ? (isLess ? 'both' : 'looser') : isLess ? 'stricter' : 'other answer';
    found.push({ name, how, args: smallestCall(diagrams, set, architectures[architecture].machine).args });
  }
  return found;
}

function kindOf(a: number, b: number): number {
  if (a === b) return 0;
  if (goesOn(a) === goesOn(b)) return otherAnswer;
  return goesOn(b) ? looser : stricter;
}
