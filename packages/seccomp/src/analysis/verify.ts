import { programFor, type SeccompFilter } from '../compiler/compile.js';
import { type AnyProgram, prove, type Proof } from '../exact/prove.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy as validate } from '../policy/policy.js';
import { architectures } from '../tables/architectures.js';
import { requireMachine } from './side.js';

/**
 * Proves that a filter does what a policy says for all possible calls: every architecture, number and value of all six
 * arguments. It does not try calls. It follows the paths of the filter, each with the exact set of calls that take it.
 * Pure, and on any platform.
 *
 * @param filter - from `compile`; or one program, from any compiler, with its machine
 * @param policy - from `policy`, or its options
 * @returns the number of paths; or the smallest call with a different answer, the policy's answer and the filter's. A
 *   filter without a program for one of the policy's machines is an error, not an answer
 * @throws SeccompError `no-program`; `invalid-program` for bytes that no kernel accepts; `too-complex` if the answer
 *   would take too long; the errors of `policy`
 */
export function verify(filter: SeccompFilter | AnyProgram, policy: SeccompPolicy | SeccompOptions): Proof {
  const valid = validate(policy);
  if (!('programs' in filter)) {
    requireMachine(filter.machine, 'verify');
    return prove(filter, valid);
  }
  const machines = new Set(valid.architectures.map((name) => architectures[name].machine));
  let paths = 0;
  for (const machine of machines) {
    const proof = prove(programFor(filter, machine), valid);
    if (!proof.proved) return proof;
    paths += proof.paths;
  }
  return { proved: true, paths };
}
