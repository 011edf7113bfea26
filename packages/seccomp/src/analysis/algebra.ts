import { seccompError } from '../errors.js';
import { combine } from '../exact/combine.js';
import { Diagrams } from '../exact/diagrams.js';
import { meaningOf } from '../exact/meaning.js';
import type { Case } from '../exact/policy-cases.js';
import { caseDiagram } from '../exact/policy-diagram.js';
import { type Action, decodeAction, encodeAction, errno, sameAction } from '../policy/actions.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy as validate } from '../policy/policy.js';
import { verdicts } from '../policy/verdicts.js';
import { type Architecture, architectureNames, architectures } from '../tables/architectures.js';
import { syscallTable } from '../tables/syscalls.js';
import { goesOn, looser, stricter } from './precedence.js';
import { type Operation, product } from './product.js';
import { machinesOf, sideOf } from './side.js';
import { type Said, writtenPolicy } from './written-policy.js';

/** The parameters of the three functions. */
type Given = SeccompPolicy | SeccompOptions;

/**
 * Returns the intersection of two policies: for every call the stricter answer. That is the kernel's behaviour with a
 * filter of `a` loaded and then one of `b` (seccomp(2)). Of two errors, that of `b` is chosen.
 *
 * @param a - a policy, or its options
 * @param b - likewise
 * @returns a policy that says exactly that, which is proved for every call
 * @throws SeccompError `inexpressible` if the answer to a call differs between architectures in a way that no policy
 *   can express; `too-complex`; the errors of `policy`
 */
export function intersect(a: Given, b: Given): SeccompPolicy {
  return worked(validate(a), validate(b), stricter);
}

/**
 * Returns the union of two policies: for every call the less strict answer. Of two errors, that of `a` is chosen.
 *
 * @param a - a policy, or its options
 * @param b - likewise
 * @returns a policy that says exactly that, which is proved for every call
 * @throws SeccompError as {@link intersect}
 */
export function union(a: Given, b: Given): SeccompPolicy {
  return worked(validate(a), validate(b), looser);
}

/**
 * Returns the difference of two policies. A call that `a` lets through and `b` does not gets the answer of `a`. A call
 * that both let through is denied as `a` denies (`denied`), or with `EPERM` if that lets calls through too. Every other
 * call gets the answer of `a`.
 *
 * @param a - a policy, or its options
 * @param b - likewise
 * @returns a policy that says exactly that, which is proved for every call
 * @throws SeccompError as {@link intersect}
 */
export function difference(a: Given, b: Given): SeccompPolicy {
  const first = validate(a);
  const denied = isGoing(first.denied) ? errno('EPERM') : first.denied;
  return worked(first, validate(b), (one, other) => (isGoing(one) && isGoing(other) ? denied : one));
}

const isGoing = (action: Action): boolean => goesOn(encodeAction(action));

function worked(a: SeccompPolicy, b: SeccompPolicy, operation: Operation): SeccompPolicy {
  const diagrams = new Diagrams();
  const foreign = operation(a.foreign, b.foreign);
  const named = architectureNames.filter((name) => a.architectures.includes(name) || b.architectures.includes(name));
  const all = named.map((architecture) => answersOn(diagrams, architecture, { policies: [a, b], operation }));
  // An architecture whose calls are all answered as foreign ones need not be named.
  const needed = all.filter((one) => !isAll(one, foreign));
  const answers = needed.length === 0 ? all.slice(0, 1) : needed;
  const [first] = answers;
  if (first === undefined) throw new Error('a policy names an architecture at least');
  const made = writtenPolicy({
    architectures: answers.map(({ architecture }) => architecture),
    level: a.level === 'require' ? a.level : b.level,
    foreign,
    unknown: agreed(answers, 'numbers without a name', ({ unknown }) => unknown),
    x32: answers.find(({ architecture }) => architecture === 'x86_64')?.x32 ?? foreign,
    calls: callsOf(diagrams, answers),
  });
  refuseOther(made, [a, b], operation);
  return made;
}

interface Answers extends Pick<Said, 'calls'> {
  readonly architecture: Architecture;
  readonly unknown: Action;
  readonly x32: Action;
}

interface Work {
  readonly policies: readonly [SeccompPolicy, SeccompPolicy];
  readonly operation: Operation;
}

function answersOn(diagrams: Diagrams, architecture: Architecture, { policies, operation }: Work): Answers {
  const [a, b] = policies.map((one) => saidOn(one, architecture)) as [Answers, Answers];
  const calls = [...syscallTable(architecture).values()].map((name) => {
    const pair = [a.calls.get(name), b.calls.get(name)].map((one) => one ?? missing(name)) as [Case, Case];
    return [name, product(diagrams, pair, operation)] as const;
  });
  const [unknown, x32] = [operation(a.unknown, b.unknown), operation(a.x32, b.x32)];
  return { architecture, unknown, x32, calls: new Map(calls) };
}

/** Returns what a policy says on an architecture; if it does not name the architecture, every call is foreign. */
function saidOn(policy: SeccompPolicy, architecture: Architecture): Answers {
  const isNamed = policy.architectures.includes(architecture);
  const table = isNamed ? verdicts(policy, architecture) : undefined;
  const foreign: Case = { rules: [], otherwise: policy.foreign };
  const calls = [...syscallTable(architecture)].map(([number, name]) => [name, table?.get(number) ?? foreign] as const);
  const { unknown, x32 } = isNamed ? policy : { unknown: policy.foreign, x32: policy.foreign };
  return { architecture, unknown, x32, calls: new Map(calls) };
}

function isAll({ architecture, unknown, x32, calls }: Answers, action: Action): boolean {
  const others = architectures[architecture].x32 === undefined ? [unknown] : [unknown, x32];
  const isSame = (one: Action) => sameAction(one, action);
  return others.every(isSame) && [...calls.values()].every((one) => one.rules.length === 0 && isSame(one.otherwise));
}

/** Returns the value that is the same on every architecture. @throws SeccompError `inexpressible` */
function agreed(answers: readonly Answers[], what: string, of: (answers: Answers) => Action): Action {
  const [first, ...others] = answers;
  if (first === undefined) throw new Error('no answers');
  const odd = others.find((one) => !sameAction(of(one), of(first)));
  if (odd !== undefined) throw apart(what, first, odd);
  return of(first);
}

function callsOf(diagrams: Diagrams, answers: readonly Answers[]): ReadonlyMap<string, Case> {
  const found = new Map<string, { readonly from: Answers; readonly said: Case }>();
  for (const from of answers) {
    for (const [name, said] of from.calls) {
      const before = found.get(name);
      if (before === undefined) found.set(name, { from, said });
      else if (caseDiagram(diagrams, before.said) !== caseDiagram(diagrams, said)) throw apart(name, before.from, from);
    }
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, { said }]) => [name, said]));
}

function apart(what: string, one: Answers, other: Answers): Error {
  return seccompError('inexpressible', 'algebra', {
    what: `the answer to ${what} differs between ${one.architecture} and ${other.architecture}, which no policy can express`,
    hint: 'Give both policies one architecture at a time.',
    path: what,
  });
}

/** The result is checked like the output of the compiler. */
function refuseOther(made: SeccompPolicy, [a, b]: Work['policies'], operation: Operation): void {
  const how = (one: number, other: number) =>
    meaningOf(encodeAction(operation(decodeAction(one), decodeAction(other))));
  for (const machine of new Set([...machinesOf(a), ...machinesOf(b)])) {
    const diagrams = new Diagrams();
    const [first, second, found] = [a, b, made].map((one) => sideOf(one).on(diagrams, machine));
    if (combine(diagrams, [first ?? 0, second ?? 0], how) === found) continue;
    throw seccompError('not-proved', 'algebra', {
      what: `the computed policy is wrong on ${machine}`,
      hint: 'Report this with both policies. The result was not returned.',
    });
  }
}

function missing(name: string): never {
  throw new Error(`no answer for ${name}`);
}
