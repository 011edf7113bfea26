import { dataOffsets } from '../bpf/bpf.js';
import { seccompError } from '../errors.js';
import { argumentsLevel, firstLevel, wordBits } from '../exact/call-words.js';
import { type CubePart, cubesOf } from '../exact/cubes.js';
import { type Diagram, Diagrams } from '../exact/diagrams.js';
import type { Case } from '../exact/policy-cases.js';
import type { AnyProgram } from '../exact/prove.js';
import { describeCall } from '../exact/witness.js';
import { type Action, decodeAction } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import type { SeccompPolicy } from '../policy/options.js';
import { type Architecture, architectureNames, architectures } from '../tables/architectures.js';
import { syscallTable } from '../tables/syscalls.js';
import { compare } from './compare.js';
import { sideOf } from './side.js';
import { writtenPolicy } from './written-policy.js';

/** As many as a policy may have. */
const rulesMax = 4096;

/**
 * Returns the policy of a program of any compiler: the names of its calls, and rules for those whose arguments it looks at. The
 * policy is proved equal for every call before it is returned.
 *
 * @param program - BPF bytes and their machine, for instance those of `bwrap --seccomp` or seccomp_export_bpf(3)
 * @throws SeccompError `invalid-program`; `inexpressible` if no policy says the same, for instance since the program tells numbers
 *   without a name apart; `too-complex`
 */
export function fromProgram(program: AnyProgram): SeccompPolicy {
  const diagrams = new Diagrams();
  const { machine } = program;
  const reading: Reading = { diagrams, whole: sideOf(program).on(diagrams, machine) };
  const own = architectureNames.filter((name) => architectures[name].machine === machine);
  const listed = own.filter((name) => ofArchitecture(reading, name) !== ofAudit(reading, 0));
  // A program that treats all architectures alike still has names for the calls of its machine.
  const named: readonly Architecture[] = listed.length > 0 ? listed : [machine];
  const [first = machine] = named;
  const foreign = answerAt(reading, ofAudit(reading, 0), 0);
  const { x32 } = architectures[machine];
  const policy = writtenPolicy({
    calls: callsOf(reading, named),
    unknown: answerAt(reading, ofArchitecture(reading, first), unnamed),
    foreign,
    x32: x32 === undefined ? foreign : answerAt(reading, ofArchitecture(reading, machine), x32),
    architectures: named,
    level: 'require',
  });
  const { differs } = compare(policy, program);
  if (differs === undefined) return policy;
  throw inexpressible(`it treats this call apart: ${describeCall(differs.call)}`);
}

interface Reading {
  readonly diagrams: Diagrams;
  /** The answers of the program as a function of the call. */
  readonly whole: Diagram;
}

const ofAudit = ({ diagrams, whole }: Reading, audit: number): Diagram =>
  where(diagrams, whole, [dataOffsets.arch, audit]);

const ofArchitecture = (reading: Reading, name: Architecture): Diagram => ofAudit(reading, architectures[name].audit);

/** What a number without a name gets. @param own - the answers on its architecture */
function answerAt({ diagrams }: Reading, own: Diagram, number: number): Action {
  const found = where(diagrams, own, [dataOffsets.nr, number]);
  if (!diagrams.isLeaf(found)) throw inexpressible('it looks at the arguments of numbers without a name');
  return decodeAction(diagrams.valueOf(found));
}

function callsOf(reading: Reading, named: readonly Architecture[]): ReadonlyMap<string, Case> {
  const { diagrams } = reading;
  const calls = new Map<string, Case>();
  const rules = { count: 0 };
  for (const name of named) {
    const own = ofArchitecture(reading, name);
    for (const [number, call] of syscallTable(name)) {
      const made = caseOf(diagrams, where(diagrams, own, [dataOffsets.nr, number]), rules);
      const before = calls.get(call);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(made))
        throw inexpressible(`it answers ${call} of ${name} in another way than that of ${named[0]}`);
      calls.set(call, made);
    }
  }
  return calls;
}

/** The highest number before the table of x32; no architecture has a call of it. */
const unnamed = 0x3fff_ffff;

/** A function for the calls in which a word has a value. */
function where(
  diagrams: Diagrams,
  diagram: Diagram,
  [offset, value]: readonly [offset: number, value: number],
): Diagram {
  const first = firstLevel(offset);
  const last = first + wordBits - 1;
  let node = diagram;
  // Words before this one are decided already, or do not matter.
  while (!diagrams.isLeaf(node) && diagrams.levelOf(node) <= last) {
    const level = diagrams.levelOf(node);
    const isSet = ((value >>> (last - level)) & 1) === 1;
    node = isSet ? diagrams.high(node, level) : diagrams.low(node, level);
  }
  return node;
}

function caseOf(diagrams: Diagrams, diagram: Diagram, rules: { count: number }): Case {
  if (diagrams.isLeaf(diagram)) return { rules: [], otherwise: decodeAction(diagrams.valueOf(diagram)) };
  if (diagrams.levelOf(diagram) < argumentsLevel) throw inexpressible('it is not decided by the number');
  const found: { when: readonly Condition[]; answer: number }[] = [];
  for (const { answer, parts } of cubesOf(diagrams, diagram)) {
    if (parts.length === 0) throw inexpressible('it looks at the address of the call');
    if (++rules.count > rulesMax * 2) throw inexpressible(`it needs more than ${rulesMax} rules`);
    found.push({ when: parts.map(conditionOf), answer });
  }
  // The most frequent answer needs no rules.
  const counts = new Map<number, number>();
  for (const { answer } of found) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const usual = [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 0;
  const others = found.filter(({ answer }) => answer !== usual);
  return {
    rules: others.map(({ when, answer }) => ({ when, action: decodeAction(answer) })),
    otherwise: decodeAction(usual),
  };
}

const half = (1n << 32n) - 1n;

/** In the shortest of the forms that a policy has. */
function conditionOf({ arg: index, mask, value }: CubePart): Condition {
  const own = arg(index);
  if (mask === half) return own.eq32(Number(value));
  if (mask < half) return own.maskedEq32(Number(mask), Number(value));
  return mask === (half << 32n) + half ? own.eq64(value) : own.maskedEq64(mask, value);
}

function inexpressible(why: string): Error {
  return seccompError('inexpressible', 'program', {
    what: `no policy says the same as the program: ${why}`,
    hint: 'Compare the program itself: compare takes it as it is.',
  });
}
