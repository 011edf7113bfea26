import { describeAction, encodeAction } from '../policy/actions.js';
import { type Architecture, architectures, type Machine, machineNames, onMachine } from '../tables/architectures.js';
import { dataOffsets, encodeProgram, instructionSize, maxInstructions } from '../bpf/bpf.js';
import { checksOf } from './checks.js';
import { seccompError } from '../errors.js';
import { type AnyProgram, prove } from '../exact/prove.js';
import { describeCall } from '../exact/witness.js';
import { Graph, type Node } from './graph.js';
import { layOut } from './layout.js';
import { policy as validate } from '../policy/policy.js';
import type { SeccompPolicy } from '../policy/options.js';
import { syscallTable } from '../tables/syscalls.js';
import { mergeRanges, type Range, searchTree } from './tree.js';
import { verdicts } from '../policy/verdicts.js';

/** A filter for one machine. */
export interface SeccompProgram {
  readonly machine: Machine;
  /** `AUDIT_ARCH_*` of the machine; a filter for another machine is not loaded. */
  readonly audit: number;
  /** The architectures that it filters by name; calls of others get the policy's `foreign`. */
  readonly architectures: readonly Architecture[];
  /** `struct sock_filter`, eight bytes an instruction. */
  readonly bytes: Uint8Array;
  /** How many instructions it has. */
  readonly length: number;
  /** For each instruction, the rule, list or number that it comes from. */
  readonly notes: readonly string[];
}

/** A policy in the kernel's form. */
export interface SeccompFilter {
  readonly policy: SeccompPolicy;
  /** One program for each machine for which the policy names an architecture. */
  readonly programs: readonly SeccompProgram[];
}

/**
 * Compiles a policy to BPF, on any platform. Each program checks the architecture first, answers x32 and numbers that
 * are not in the table, and then finds the call by a balanced search. Only calls with rules look at arguments, because
 * the kernel caches the answers to all others (Linux 5.11). Equal ends are shared. Each program's bytes are then proved
 * to answer every call as the policy says.
 *
 * @param policy - from `policy`
 * @throws SeccompError `program-too-long` over 4,096 instructions; `not-proved` or `too-complex` if the proof fails;
 *   the errors of `policy` for anything that it did not return
 */
export function compile(policy: SeccompPolicy): SeccompFilter {
  const valid = validate(policy);
  const programs = machineNames.flatMap((machine) => {
    const list = onMachine(valid.architectures, machine);
    return list.length === 0 ? [] : [programOf(valid, machine, list)];
  });
  for (const program of programs) refuseUnproved(valid, program);
  return Object.freeze({ policy: valid, programs: Object.freeze(programs) });
}

/** The last result: planning and loading a filter compile the same policy. */
let latest: { readonly key: string; readonly program: SeccompProgram } | undefined;

/**
 * Compiles a policy for one machine only, as {@link compile} does for all, but without the proof: it would take longer
 * than the rest of a start. {@link compile} proves the output of the same code.
 *
 * @param policy - from `policy`
 * @throws SeccompError `program-too-long`, `no-program`, and the errors of `policy` for anything that it did not return
 */
export function compileFor(policy: SeccompPolicy, machine: Machine): SeccompProgram {
  const valid = validate(policy);
  const key = `${machine} ${JSON.stringify(valid)}`;
  if (latest?.key === key) return latest.program;
  const list = onMachine(valid.architectures, machine);
  if (list.length === 0) {
    throw noProgram(
      machine,
      machineNames.filter((name) => onMachine(valid.architectures, name).length > 0),
    );
  }
  const program = programOf(valid, machine, list);
  latest = { key, program };
  return program;
}

function programOf(policy: SeccompPolicy, machine: Machine, list: readonly Architecture[]): SeccompProgram {
  const tooLong = (instructions: number) =>
    seccompError('program-too-long', 'compile', {
      what: `the filter for ${machine} would have ${instructions} instructions or more, over the kernel's ${maxInstructions}`,
      hint: 'Use fewer rules: put them on fewer calls, or compare masked bits instead of single values.',
    });
  const graph = new Graph(tooLong);
  let other: Node = graph.ret(encodeAction(policy.foreign), describeAction(policy.foreign));
  for (const architecture of list.toReversed()) {
    const yes = graph.load(dataOffsets.nr, searchOf(graph, policy, architecture), 'nr');
    other = graph.test('jeq', architectures[architecture].audit, { yes, no: other, note: `arch == ${architecture}` });
  }
  const placed = layOut(graph.load(dataOffsets.arch, other, 'arch'));
  if (placed.length > maxInstructions) throw tooLong(placed.length);
  const bytes = encodeProgram(placed);
  return Object.freeze({
    machine,
    audit: architectures[machine].audit,
    architectures: list,
    bytes,
    length: placed.length,
    notes: Object.freeze(placed.map(({ note }) => note)),
  });
}

/** Recent proofs: the same bytes mean the same under the same policy. */
const proved = new Set<string>();
const provedMax = 32;

/** Never returns a program that is not proved to do what the policy says, for any reason. */
function refuseUnproved(policy: SeccompPolicy, program: AnyProgram): void {
  const key = `${program.machine} ${Buffer.from(program.bytes).toString('base64')} ${JSON.stringify(policy)}`;
  if (proved.has(key)) return;
  const proof = prove(program, policy);
  if (proof.proved) {
    for (const oldest of [...proved].slice(0, Math.max(0, proved.size + 1 - provedMax))) proved.delete(oldest);
    proved.add(key);
    return;
  }
  const answers = `${describeAction(proof.found)} where the policy says ${describeAction(proof.wanted)}`;
  throw seccompError('not-proved', 'compile', {
    what: `the filter for ${program.machine} would answer ${describeCall(proof.call)} with ${answers}`,
    hint: 'Report this with the policy: the compiler is wrong. Nothing was loaded.',
  });
}

/**
 * Returns the search over all 2³² numbers of an architecture. Numbers without a name get `unknown`, and numbers from
 * the bit of x32 get `x32`.
 */
function searchOf(graph: Graph, policy: SeccompPolicy, architecture: Architecture): Node {
  const names = syscallTable(architecture);
  const { x32 } = architectures[architecture];
  const unknown = graph.ret(encodeAction(policy.unknown), describeAction(policy.unknown));
  const ranges: Range[] = [{ from: 0, node: unknown }];
  let next = 0;
  for (const [number, verdict] of verdicts(policy, architecture)) {
    if (number > next) ranges.push({ from: next, node: unknown });
    ranges.push({ from: number, node: checksOf(graph, verdict, names.get(number) ?? '') });
    next = number + 1;
  }
  ranges.push({ from: next, node: unknown });
  if (x32 !== undefined) {
    ranges.push({ from: x32, node: graph.ret(encodeAction(policy.x32), describeAction(policy.x32)) });
  }
  // Number 0 has a name everywhere, so the first range is empty.
  const filled = ranges.filter(({ from }, index) => ranges[index + 1]?.from !== from);
  return searchTree(graph, mergeRanges(filled), (number) =>
    number === x32 ? 'x32' : (names.get(number) ?? 'unknown'),
  );
}

/** Returns the program of a filter for a machine. @throws SeccompError `no-program` */
export function programFor({ programs }: SeccompFilter, machine: Machine): SeccompProgram {
  const program = programs.find((candidate) => candidate.machine === machine);
  if (program !== undefined && program.bytes.length === program.length * instructionSize) return program;
  throw noProgram(
    machine,
    programs.map(({ machine: name }) => name),
  );
}

function noProgram(machine: Machine, named: readonly Machine[]): Error {
  return seccompError('no-program', 'plan', {
    what: `the policy has no filter for ${machine}; it names ${named.join(', ')}`,
    hint: `Add "${machine}" to its architectures.`,
  });
}
