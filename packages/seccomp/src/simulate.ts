import { type Action, decodeAction, describeAction, sameAction } from './actions.js';
import { type Architecture, architectures } from './architectures.js';
import { decodeProgram, type Instruction, run } from './bpf.js';
import { programFor, type SeccompFilter, type SeccompProgram } from './compile.js';
import { seccompError } from './errors.js';
import { evaluate } from './evaluate.js';
import { numberOf } from './verdicts.js';

/** A call to try a filter on. */
export interface SimulatedCall {
  /** Name, or number as the kernel would see it. */
  readonly syscall: string | number;
  /** Up to six arguments; missing ones are 0. Negative ones become their two's complement. */
  readonly args?: readonly (number | bigint)[];
  /** Whose call it is. Default: the first of the filter's programs. */
  readonly arch?: Architecture;
}

/** What a filter answers. */
export interface Simulation {
  readonly action: Action;
  /** The rule, list or default of the policy that decides, for instance `rules[0]` or `deny @mount`. */
  readonly rule: string;
  /** How many instructions were executed. */
  readonly instructions: number;
  /** Index of each instruction executed, in turn; `explain` numbers them the same way. */
  readonly trace: readonly number[];
}

const decoded = new WeakMap<SeccompProgram, readonly Instruction[]>();

/**
 * Runs a filter on a call, on any platform, without loading it.
 *
 * @param filter - from `compile`
 * @param call - what is called
 * @throws SeccompError `unknown-syscall` if the architecture has no such call, `no-program` if the filter has no program
 *   for its machine
 */
export function simulate(filter: SeccompFilter, call: SimulatedCall): Simulation {
  const arch = call.arch ?? filter.programs[0]?.machine ?? 'x86_64';
  const number = numberOf(call.syscall, arch);
  if (number === undefined) {
    throw seccompError('unknown-syscall', 'simulate', {
      what: `${arch} has no call ${JSON.stringify(call.syscall)}`,
      hint: 'Give a name of that architecture, or a number.',
    });
  }
  const { audit, machine, bits } = architectures[arch];
  const program = programFor(filter, machine);
  const args = (call.args ?? []).map((value) => BigInt.asUintN(bits, BigInt(value)));
  const { returned, trace } = run(instructionsOf(program), { nr: number >>> 0, arch: audit, args });
  const action = decodeAction(returned);
  const decision = evaluate(filter.policy, arch, { number: number >>> 0, args });
  if (!sameAction(action, decision.action)) {
    // Never seen; if it is, the filter must not be believed.
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
