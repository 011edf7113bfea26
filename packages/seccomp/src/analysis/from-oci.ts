import { conditionsSet } from '../exact/condition-set.js';
import { Diagrams } from '../exact/diagrams.js';
import type { Case } from '../exact/policy-cases.js';
import { type Action, allow, encodeAction, errno, killThread, sameAction } from '../policy/actions.js';
import { arg, type Condition } from '../policy/conditions.js';
import type { SeccompPolicy } from '../policy/options.js';
import type { Machine } from '../tables/architectures.js';
import { isSyscall, syscallTable } from '../tables/syscalls.js';
import { actionOf } from './oci-action.js';
import { architecturesOf } from './oci-architectures.js';
import { type OciArgument, type OciProfile, type OciSyscalls, refusal } from './oci-keys.js';
import { parseOci } from './oci-profile.js';
import { asRead, flagsOf, refusedBy } from './oci-runtime.js';
import { addStub } from './oci-stub.js';
import { isNewer, newerNote } from './newer-names.js';
import type { Unsaid } from './unsaid.js';
import { dockerCaps } from './docker-profile.js';
import { isBundled } from './bundled-calls.js';
import { addBundles, type NamedRules } from './oci-bundles.js';
import { goesOn } from './precedence.js';
import { writtenPolicy } from './written-policy.js';

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
  /** The machine, if the profile names no architecture, or is in Docker's form. Default: `x86_64`. */
  readonly machine?: Machine;
  /**
   * The capabilities of the container, such as `CAP_SYS_ADMIN`, for a profile in Docker's form. Default: those that Docker gives
   * without options.
   */
  readonly caps?: readonly string[];
}

/**
 * Returns the policy of an OCI profile, as the runtime and libseccomp interpret it, which differs from what it seems to
 * say:
 *
 * - Names that libseccomp does not know are skipped.
 * - A rule with the default action is skipped.
 * - Several conditions on the same argument become separate rules, so "and" turns into "or".
 * - A rule without conditions outweighs those with conditions, and the first of them outweighs the others.
 * - crun looks only at the first six conditions of a rule.
 * - A profile that lists only i386 has rules for x86-64 as well.
 * - Another architecture, and x32 if it is not listed, kills the thread. All calls of x32 and of 32-bit ARM go on in the policy if
 *   they are listed, and `unsaid` says so.
 * - On i386, `socketcall` and `ipc` get rules for the calls that they make.
 *
 * @param document - JSON: `linux.seccomp` of the runtime-spec, a `SeccompProfile`, or a profile in Docker's form
 * @param how - the runtime that loads it, and for which container
 * @throws SeccompError `invalid-profile`, also for rules whose order libseccomp chooses; `too-complex`
 */
export function fromOci(
  document: string,
  { runtime = 'runc', machine = 'x86_64', caps = dockerCaps }: OciRuntime = {},
): FromOci {
  const profile = parseOci(document, { machine, caps });
  const unsaid: Unsaid[] = [...flagsOf(profile), ...refusedBy(runtime, profile)];
  const { listed, hasX32, hasArm } = architecturesOf(profile, machine, unsaid);
  const otherwise = actionOf(profile.defaultAction, profile.defaultErrnoRet);
  const calls = new Map<string, Case>();
  for (const name of new Set(listed.flatMap((one) => [...syscallTable(one).values()])))
    calls.set(name, { rules: [], otherwise });
  addRules(calls, asRead(runtime, profile), { otherwise, unsaid, isOn32: listed.includes('i386') });
  const stub = runtime === 'runc' && !goesOn(encodeAction(otherwise)) ? errno('ENOSYS') : otherwise;
  if (!sameAction(stub, otherwise)) addStub(calls, { profile, listed, stub, unsaid });
  if (listed.includes('x86_64'))
    unsaid.push({ path: '(number)', what: 'number -1, which is not a call, gets the default there' });
  const policy = writtenPolicy({
    calls,
    unknown: stub,
    foreign: hasArm ? allow : killThread,
    x32: hasX32 ? allow : killThread,
    architectures: listed,
    level: 'require',
  });
  return { policy, unsaid };
}

interface Rules {
  readonly otherwise: Action;
  readonly unsaid: Unsaid[];
  readonly isOn32: boolean;
}

function addRules(calls: Map<string, Case>, { syscalls = [] }: OciProfile, rules: Rules): void {
  const whole = new Map<string, Action>();
  const partial: NamedRules[] = [];
  for (const [index, entry] of syscalls.entries()) {
    const path = `syscalls[${entry.at ?? index}]`;
    sayWhatIsLost(entry, path, rules);
    const action = actionOf(entry.action, entry.errnoRet);
    if (sameAction(action, rules.otherwise)) continue;
    const own = waysOf(entry).map((when) => ({ when, action }));
    const names = [...new Set(entry.names)].filter((name) => calls.has(name) || (rules.isOn32 && isBundled(name)));
    if (own.length > 0) partial.push(...names.map((name) => ({ name, own })));
    else addWhole(whole, { names, action, path, ...rules });
  }
  const left = partial.filter(({ name }) => !whole.has(name));
  for (const [name, action] of whole) if (calls.has(name)) calls.set(name, { rules: [], otherwise: action });
  addPartial(calls, left);
  if (rules.isOn32) addBundles(calls, { whole, partial: left, ...rules });
  const diagrams = new Diagrams(); // one for all: its limit is that of the whole profile
  for (const [name, one] of calls) refuseContradiction(name, one.rules, diagrams);
}

interface Whole {
  readonly names: readonly string[];
  readonly action: Action;
  readonly path: string;
  readonly unsaid: Unsaid[];
}

/** Adds a rule without conditions. The first for a call decides: libseccomp leaves out what a rule decides already. */
function addWhole(whole: Map<string, Action>, { names, action, path, unsaid }: Whole): void {
  const later = names.filter((name) => !sameAction(whole.get(name) ?? action, action));
  for (const name of names) if (!whole.has(name)) whole.set(name, action);
  if (later.length === 0) return;
  const what = `an earlier rule without conditions decides about ${later.join(', ')} with another action`;
  unsaid.push({ path, what });
}

/** As many as a policy may have: more would only be refused after all pairs of them were compared. */
const rulesMax = 4096;

function addPartial(calls: Map<string, Case>, partial: readonly NamedRules[]): void {
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
  const isLong = args.some(({ value, valueTwo = 0n }) => value >> 32n > 0n || valueTwo >> 32n > 0n);
  if (isOn32 && isLong) unsaid.push({ path, what: 'i386 compares the lower half of each value there' });
  for (const [at, name] of called.entries()) {
    if (!isSyscall(name)) unsaid.push({ path: `${path}.names[${at}]`, what: `${name} is unknown and skipped` });
    if (isNewer(name)) unsaid.push({ path: `${path}.names[${at}]`, what: newerNote(name) });
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
