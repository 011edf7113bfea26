import { type Action, decodeAction, describeAction, sameAction } from '../policy/actions.js';
import { architectures } from '../tables/architectures.js';
import { decodeProgram, type Instruction, run } from '../bpf/bpf.js';
import { programFor, type SeccompFilter, type SeccompProgram } from '../compiler/compile.js';
import { evaluate } from './evaluate.js';
import { checkedCall, type SimulatedCall } from './simulated-call.js';

/** The answer of a filter. */
export interface Simulation {
  readonly action: Action;
  /** The rule, list or default of the policy that decides, for instance `rules[0]` or `deny @mount`. */
  readonly rule: string;
  /** How many instructions were executed. */
  readonly instructions: number;
  /** Index of each executed instruction, in order; `explain` numbers them in the same way. */
  readonly trace: readonly number[];
}

const decoded = new WeakMap<SeccompProgram, readonly Instruction[]>();

/**
 * Runs a filter on a call, on any platform, without loading it.
 *
 * @param filter - from `compile`
 * @param call - the call
 * @throws SeccompError `invalid-call` for a call that no kernel would see, with the place as `path`. `unknown-syscall`
 *   if the architecture does not have the call. `no-program` if the filter has no program for its machine
 */
export function simulate(filter: SeccompFilter, call: SimulatedCall): Simulation {
  const { arch, number, args } = checkedCall(call, filter.programs[0]?.machine ?? 'x86_64');
  const { audit, machine } = architectures[arch];
  const program = programFor(filter, machine);
  const { returned, trace } = run(instructionsOf(program), { nr: number, arch: audit, args });
  const action = decodeAction(returned);
  const decision = evaluate(filter.policy, arch, { number, args });
  if (!sameAction(action, decision.action)) {
    // This has never happened. If it does, the filter must not be trusted.
    const answers = `${describeAction(action)}, but the policy says ${describeAction(decision.action)}`;
    throw new Error(`the filter answers ${answers} (${decision.rule})`);
  }
  return { action, rule: decision.rule, instructions: trace.length, trace };
}

function instructionsOf(program: SeccompProgram): readonly Instruction[] {
  let instructions = decoded.get(program);
  if (instructions === undefined) decoded.set(program, (instructions = decodeProgram(program.bytes)));
  return instructions;
}
