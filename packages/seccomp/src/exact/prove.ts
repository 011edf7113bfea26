import { readProgram } from '../bpf/any-program.js';
import { type Action, decodeAction } from '../policy/actions.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Machine } from '../tables/architectures.js';
import { agreement } from './agreement.js';
import { combine } from './combine.js';
import { Diagrams } from './diagrams.js';
import { policyCases } from './policy-cases.js';
import { policyDiagram } from './policy-diagram.js';
import { programDiagram } from './program-diagram.js';
import { SymbolicProgram } from './symbolic-program.js';
import { smallestCall, valueAt, type WitnessCall } from './witness.js';

/** The result of a proof. */
export type Proof =
  | {
      readonly proved: true;
      /** The number of paths through the program, each for all calls that take it. */
      readonly paths: number;
    }
  | {
      readonly proved: false;
      /** The smallest call that differs: by architecture, number, and arguments from first to last. */
      readonly call: WitnessCall;
      /** What the policy says about it. */
      readonly wanted: Action;
      /** The answer of the program, as the kernel interprets it. */
      readonly found: Action;
    };

/** A program for one machine, from any compiler. */
export interface AnyProgram {
  /** The machine of its kernel. */
  readonly machine: Machine;
  /** `struct sock_filter`, eight bytes an instruction, little-endian. */
  readonly bytes: Uint8Array;
}

/**
 * The approximate number of nodes for an instruction: a comparison needs as many as a word has bits, and so does its
 * inverse.
 */
const nodesEach = 64;

/**
 * Proves that a program answers every call as a policy says, or finds the smallest call with a different answer.
 *
 * @param program - its bytes are read as by the kernel
 * @param policy - from `policy`
 * @throws SeccompError `invalid-program`; `too-complex` if neither is possible
 */
export function prove({ machine, bytes }: AnyProgram, policy: SeccompPolicy): Proof {
  const instructions = readProgram(bytes);
  const diagrams = new Diagrams(instructions.length * nodesEach);
  const program = new SymbolicProgram(diagrams, instructions);
  const cases = policyCases(diagrams, policy, machine);
  const paths = agreement(diagrams, program, cases);
  if (paths !== undefined) return { proved: true, paths };
  const [found, wanted] = [programDiagram(diagrams, program), policyDiagram(diagrams, cases)];
  if (found === wanted) return { proved: true, paths: program.size };
  const differing = combine(diagrams, [found, wanted], (a, b) => (a === b ? 0 : 1));
  const call = smallestCall(diagrams, differing, machine);
  const answer = (diagram: number) => decodeAction(valueAt(diagrams, diagram, call));
  return { proved: false, call, wanted: answer(wanted), found: answer(found) };
}
