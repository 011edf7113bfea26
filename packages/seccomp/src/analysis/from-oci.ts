import { conditionsSet } from '../exact/condition-set.js';
import { Diagrams } from '../exact/diagrams.js';
import type { Case } from '../exact/policy-cases.js';
import { type Action, encodeAction, errno, killThread, sameAction } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import type { SeccompPolicy } from '../policy/options.js';
import { type Architecture, architectures, type Machine } from '../tables/architectures.js';
import { isSyscall, syscallNumber, syscallTable } from '../tables/syscalls.js';
import { actionOf } from './oci-action.js';
import { type OciArgument, type OciProfile, type OciSyscalls, parseOci, refusal } from './oci-profile.js';
import { isBundled } from './bundled-calls.js';
import { goesOn } from './precedence.js';
import { writtenPolicy } from './written-policy.js';

/** Something that the other format cannot express, or expresses differently. */
export interface Unsaid {
  /** The place in the input. */
  readonly path: string;
  readonly what: string;
}

/** The result of reading a profile. */
export interface FromOci {
  readonly policy: SeccompPolicy;
  /** Where the policy differs from the filter that the runtime loads, or leaves out a name as the runtime does. */
  readonly unsaid: readonly Unsaid[];
}

/** The runtime that loads the profile. */
export interface OciRuntime {
  /** runc answers numbers above all those of the profile with `ENOSYS`; crun does not. Default: `runc` */
  readonly runtime?: 'runc' | 'crun';
  /** The machine, if the profile names no architecture. Default: `x86_64`. */
  readonly machine?: Machine;
}

const names: ReadonlyMap<string, Architecture> = new Map([
  ['SCMP_ARCH_X86_64', 'x86_64'],
  ['SCMP_ARCH_X86', 'i386'],
  ['SCMP_ARCH_AARCH64', 'aarch64'],
  ['SCMP_ARCH_RISCV64', 'riscv64'],
]);

/**
 * Returns the policy of an OCI profile, as the runtime and libseccomp interpret it, which differs from what it seems to
 * say:
 *
 * - Names that libseccomp does not know are skipped.
 * - A rule with the default action is skipped.
 * - Several conditions on the same argument become separate rules, so "and" turns into "or".
 * - A rule without conditions outweighs those with conditions.
 * - Another architecture, and x32 if it is not listed, kills the thread.
 *
 * @param document - JSON: `linux.seccomp` of the runtime-spec
 * @param runtime - the runtime that loads it
 * @throws SeccompError `invalid-profile`, also for rules whose order libseccomp chooses; `too-complex`
 */
export function fromOci(document: string, { runtime = 'runc', machine = 'x86_64' }: OciRuntime = {}): FromOci {
  const profile = parseOci(document);
  const unsaid: Unsaid[] = [...(profile.flags ?? [])].map((flag, index) => ({
    path: `flags[${index}]`,
    what: `${flag} is about loading or logging, and not part of a policy`,
  }));
  const listed = architecturesOf(profile, machine, unsaid);
  const otherwise = actionOf(profile.defaultAction, profile.defaultErrnoRet);
  const calls = new Map<string, Case>();
  for (const name of new Set(listed.flatMap((one) => [...syscallTable(one).values()])))
    calls.set(name, { rules: [], otherwise });
  addRules(calls, profile, { otherwise, unsaid, isOn32: listed.includes('i386') });
  const stub = runtime === 'runc' && !goesOn(encodeAction(otherwise)) ? errno('ENOSYS') : otherwise;
  if (!sameAction(stub, otherwise)) addStub(calls, { profile, listed, stub, unsaid });
  if (listed.includes('x86_64'))
    unsaid.push({ path: '(number)', what: 'number -1, which is not a call, gets the default there' });
  const policy = writtenPolicy({
    calls,
    unknown: stub,
    foreign: killThread,
    x32: killThread,
    architectures: listed,
    level: 'require',
  });
  return { policy, unsaid };
}

function architecturesOf(
  { architectures: given = [] }: OciProfile,
  machine: Machine,
  unsaid: Unsaid[],
): readonly Architecture[] {
  const found = new Set<Architecture>(given.length === 0 ? [machine] : []);
  for (const [index, name] of given.entries()) {
    const known = names.get(name);
    const path = `architectures[${index}]`;
    if (known !== undefined) found.add(known);
    else if (!/^SCMP_ARCH_[A-Z\d_]+$/.test(name))
      throw refusal(path, `is not an architecture: ${JSON.stringify(name)}`);
    else unsaid.push({ path, what: `calls of ${name} are answered by the rules there, and killed here` });
  }
  if (found.size === 0) throw refusal('architectures', 'names none that a policy can');
  return [...found];
}

interface Rules {
  readonly otherwise: Action;
  readonly unsaid: Unsaid[];
  readonly isOn32: boolean;
}

function addRules(calls: Map<string, Case>, { syscalls = [] }: OciProfile, rules: Rules): void {
  const whole = new Map<string, Action>();
  const partial: { readonly name: string; readonly own: Case['rules'] }[] = [];
  for (const [index, entry] of syscalls.entries()) {
    const path = `syscalls[${index}]`;
    sayWhatIsLost(entry, path, rules);
    const action = actionOf(entry.action, entry.errnoRet);
    if (sameAction(action, rules.otherwise)) continue;
    const own = waysOf(entry).map((when) => ({ when, action }));
    for (const name of new Set(entry.names)) {
      if (!calls.has(name)) continue;
      if (own.length > 0) partial.push({ name, own });
      else if (sameAction(whole.get(name) ?? action, action)) whole.set(name, action);
      else throw refusal(path, `contradicts another rule without conditions for ${name}`);
    }
  }
  for (const [name, action] of whole) calls.set(name, { rules: [], otherwise: action });
  addPartial(
    calls,
    partial.filter(({ name }) => !whole.has(name)),
  );
  const diagrams = new Diagrams(); // one for all: its limit is that of the whole profile
  for (const [name, one] of calls) refuseContradiction(name, one.rules, diagrams);
}

/** As many as a policy may have: more would only be refused after all pairs of them were compared. */
const rulesMax = 4096;

function addPartial(
  calls: Map<string, Case>,
  partial: readonly { readonly name: string; readonly own: Case['rules'] }[],
): void {
  let count = 0;
  for (const { name, own } of partial) {
    count += own.length;
    if (count > rulesMax)
      throw refusal('syscalls', `expand to more than ${rulesMax} rules with conditions`, 'Leave some out.');
    const before = calls.get(name);
    if (before !== undefined) calls.set(name, { ...before, rules: [...before.rules, ...own] });
  }
}

function sayWhatIsLost({ names: called, args = [] }: OciSyscalls, path: string, { unsaid, isOn32 }: Rules): void {
  if (isOn32 && args.length > 0) unsaid.push({ path, what: 'i386 compares the lower half there' });
  const bundled = isOn32 ? called.filter(isBundled) : [];
  if (bundled.length > 0) {
    const what = `on i386 ${bundled.join(', ')} also decides there about the call that makes it for others (socketcall, ipc)`;
    unsaid.push({ path, what });
  }
  for (const [at, name] of called.entries()) {
    if (!isSyscall(name)) unsaid.push({ path: `${path}.names[${at}]`, what: `${name} is unknown and skipped` });
  }
}

/** Each list of conditions is a rule: all of them together, or each alone if an argument occurs twice. */
function waysOf({ args = [] }: OciSyscalls): readonly (readonly Condition[])[] {
  if (args.length === 0) return [];
  const conditions = args.map(conditionOf);
  const isRepeated = new Set(args.map(({ index }) => index)).size < args.length;
  return isRepeated ? conditions.map((one) => [one]) : [conditions];
}

function conditionOf({ index, value, valueTwo = 0n, op }: OciArgument): Condition {
  const own = arg(index);
  const wide = (compare: 'ne64' | 'lt64' | 'le64' | 'eq64' | 'ge64' | 'gt64') => own[compare](value);
  switch (op) {
    case 'SCMP_CMP_NE':
      return wide('ne64');
    case 'SCMP_CMP_LT':
      return wide('lt64');
    case 'SCMP_CMP_LE':
      return wide('le64');
    case 'SCMP_CMP_EQ':
      return wide('eq64');
    case 'SCMP_CMP_GE':
      return wide('ge64');
    case 'SCMP_CMP_GT':
      return wide('gt64');
    case 'SCMP_CMP_MASKED_EQ':
      // libseccomp compares with the expected result under the mask.
      return own.maskedEq64(value, valueTwo & value);
  }
}

/** libseccomp chooses the order of a call's rules: if two different rules match the same call, either may decide. */
function refuseContradiction(name: string, rules: Case['rules'], diagrams: Diagrams): void {
  const sets = rules.map(({ when, action }) => ({ set: conditionsSet(diagrams, when), answer: encodeAction(action) }));
  for (const [index, one] of sets.entries()) {
    const contradicts = ({ set, answer }: typeof one) => {
      diagrams.spend();
      return answer !== one.answer && diagrams.both(set, one.set) !== diagrams.nothing;
    };
    if (!sets.slice(0, index).some(contradicts)) continue;
    throw refusal(
      'syscalls',
      `has two rules for ${name} that match the same call with different actions`,
      'Leave one out: libseccomp chooses their order.',
    );
  }
}

interface Stub {
  readonly profile: OciProfile;
  readonly listed: readonly Architecture[];
  readonly stub: Action;
  readonly unsaid: Unsaid[];
}

/** The rule that runc puts before the filter: numbers above all those of the profile fail with `ENOSYS`. */
function addStub(calls: Map<string, Case>, { profile, listed, stub, unsaid }: Stub): void {
  const named = new Set((profile.syscalls ?? []).flatMap((entry) => entry.names).filter((name) => calls.has(name)));
  const lasts = new Map(
    listed.map((one) => [one, Math.max(-1, ...[...named].map((name) => syscallNumber(name, one) ?? -1))] as const),
  );
  const isAbove = (name: string, architecture: Architecture) => {
    const number = syscallNumber(name, architecture);
    return number === undefined ? undefined : number > (lasts.get(architecture) ?? -1);
  };
  for (const name of calls.keys()) {
    const above = new Set(listed.map((one) => isAbove(name, one)).filter((one) => one !== undefined));
    if (above.size > 1)
      unsaid.push({
        path: '(stub)',
        what: `${name} has a number above the profile's calls on some architectures only`,
      });
    if (above.size === 1 && above.has(true)) calls.set(name, { rules: [], otherwise: stub });
  }
  const hasGap = [...lasts].some(([one, last]) => {
    const { x32 = Infinity } = architectures[one];
    return (
      last < x32 &&
      Array.from({ length: last + 1 }, (_, number) => number).some((number) => !syscallTable(one).has(number))
    );
  });
  if (hasGap)
    unsaid.push({
      path: '(number)',
      what: 'numbers without a name below the last call get the default there, ENOSYS here',
    });
}
