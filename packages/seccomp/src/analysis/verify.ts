import { programFor, type SeccompFilter } from '../compiler/compile.js';
import { type AnyProgram, prove, type Proof } from '../exact/prove.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy as validate } from '../policy/policy.js';
import { architectures } from '../tables/architectures.js';

/**
 * Shows that a filter does what a policy says of every call there can be: every architecture, number and value of all six
 * arguments. No call is tried: the filter's ways are followed, each with the exact set of the calls that take it. Pure,
 * and on any platform.
 *
 * @param filter - from `compile`; or one program, from any compiler, with the machine that it is for
 * @param policy - from `policy`, or its options
 * @returns the number of ways; or the smallest call that is answered otherwise, the policy's answer and the filter's. A
 *   filter without a program for one of the policy's machines is an error and not an answer
 * @throws SeccompError `no-program`; `invalid-program` for bytes that no kernel takes; `too-complex` where the answer
 *   would take too long; what `policy` throws
 */
export function verify(filter: SeccompFilter | AnyProgram, policy: SeccompPolicy | SeccompOptions): Proof {
  const valid = validate(policy);
  if (!('programs' in filter)) return prove(filter, valid);
  const machines = new Set(valid.architectures.map((name) => architectures[name].machine));
  let paths = 0;
  for (const machine of machines) {
    const proof = prove(programFor(filter, machine), valid);
    if (!proof.proved) return proof;
    paths += proof.paths;
  }
  return { proved: true, paths };
}
