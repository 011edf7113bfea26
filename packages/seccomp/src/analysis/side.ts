import { readProgram } from '../bpf/any-program.js';
import type { SeccompFilter } from '../compiler/compile.js';
import { seccompError } from '../errors.js';
import type { Diagram, Diagrams } from '../exact/diagrams.js';
import { policyCases } from '../exact/policy-cases.js';
import { policyDiagram } from '../exact/policy-diagram.js';
import { programDiagram } from '../exact/program-diagram.js';
import type { AnyProgram } from '../exact/prove.js';
import { SymbolicProgram } from '../exact/symbolic-program.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy as validate } from '../policy/policy.js';
import { architectures, type Machine, machineNames } from '../tables/architectures.js';

/** What can be compared: a policy or its options, a compiled filter, or one program of any compiler for its machine. */
export type Comparable = SeccompPolicy | SeccompOptions | SeccompFilter | AnyProgram;

/** One side of a comparison. */
export interface Side {
  /** The machines for which it was made. */
  readonly machines: readonly Machine[];
  /** Its answers on a machine, as a function of the call. */
  readonly on: (diagrams: Diagrams, machine: Machine) => Diagram;
}

/** Reads one input of a comparison. @throws SeccompError for anything but a policy or a program */
export function sideOf(given: Comparable): Side {
  if (typeof given !== 'object' || given === null) return sideOfPolicy(given);
  if ('bytes' in given) return sideOfProgram(given);
  if ('programs' in given) return sideOfFilter(given);
  return sideOfPolicy(given);
}

function sideOfPolicy(given: SeccompPolicy | SeccompOptions): Side {
  const policy = validate(given);
  return {
    machines: machinesOf(policy),
    on: (diagrams, machine) => policyDiagram(diagrams, policyCases(diagrams, policy, machine)),
  };
}

/** @throws SeccompError `invalid-program` for a machine that no table is for */
export function requireMachine(machine: unknown, step: 'compare' | 'verify'): void {
  if ((machineNames as readonly unknown[]).includes(machine)) return;
  throw seccompError('invalid-program', step, {
    what: `unknown machine ${JSON.stringify(machine)}`,
    hint: `Use one of: ${machineNames.join(', ')}.`,
    path: 'machine',
  });
}

function sideOfProgram({ machine, bytes }: AnyProgram): Side {
  requireMachine(machine, 'compare');
  const program = readProgram(bytes);
  return {
    machines: [machine],
    on: (diagrams) => programDiagram(diagrams, new SymbolicProgram(diagrams, program)),
  };
}

/** If a filter has no program for a machine, its policy treats every call there as foreign. */
function sideOfFilter({ policy, programs }: SeccompFilter): Side {
  const whole = sideOf(policy);
  return {
    machines: whole.machines,
    on: (diagrams, machine) => {
      const own = programs.find((one) => one.machine === machine);
      return own === undefined ? whole.on(diagrams, machine) : sideOfProgram(own).on(diagrams, machine);
    },
  };
}

/** Returns the machines for which a policy names an architecture. */
export function machinesOf(policy: SeccompPolicy): readonly Machine[] {
  const named = new Set(policy.architectures.map((name) => architectures[name].machine));
  return machineNames.filter((machine) => named.has(machine));
}
