import type { Case } from '../exact/policy-cases.js';
import { type Action, describeAction, encodeAction, sameAction } from '../policy/actions.js';
import type { SeccompOptions, SeccompPolicy } from '../policy/options.js';
import { policy as validate } from '../policy/policy.js';
import { verdicts } from '../policy/verdicts.js';
import { type Architecture, type Machine, onMachine } from '../tables/architectures.js';
import { syscallTable } from '../tables/syscalls.js';
import { intersect } from './algebra.js';
import { callsApart, type Difference } from './apart.js';
import { compare } from './compare.js';
import { seccompError } from '../errors.js';
import type { Unsaid } from './unsaid.js';
import { fromSystemd } from './from-systemd.js';
import { goesOn } from './precedence.js';
import { namespaceFilter } from './systemd-filters.js';

/** Settings of a unit, and what they can't say of the policy. */
export interface ToSystemd {
  /** Lines for `[Service]`, each `NAME=VALUE`. */
  readonly settings: readonly string[];
  /** Each call that is answered otherwise, and what else differs; empty where both are proved equal. */
  readonly unsaid: readonly Unsaid[];
}

const goes = (action: Action): boolean => goesOn(encodeAction(action));

/**
 * A policy as settings of a unit of systemd 257. A unit knows no conditions on arguments but address families and
 * namespaces: a call that goes on for some arguments goes on for all, and `unsaid` names it. What it says is not what was
 * meant to be written but what {@link fromSystemd} reads of the result, compared for every call.
 *
 * @param given - a policy, or its options
 * @param options - whose machine it is. Default: `x86_64`
 * @throws SeccompError `inexpressible` if the policy does not name the machine; `too-complex`; what `policy` throws
 */
export function toSystemd(
  given: SeccompPolicy | SeccompOptions,
  { machine = 'x86_64' }: { readonly machine?: Machine } = {},
): ToSystemd {
  const policy = validate(given);
  const native: Architecture = machine;
  if (!policy.architectures.includes(native)) {
    throw seccompError('inexpressible', 'systemd', {
      what: `the policy does not list ${native}, whose calls a unit cannot deny`,
      hint: `List ${native}, or name another machine.`,
    });
  }
  const narrowed = validate({ ...policy, architectures: onMachine(policy.architectures, machine) });
  const settings = [...architectureLines(narrowed), ...callLines(narrowed, native), ...otherLines(narrowed, machine)];
  const read = fromSystemd(settings.join('\n'), { machine });
  return { settings, unsaid: unsaidOf(narrowed, read.policy, native) };
}

function architectureLines({ architectures: listed }: SeccompPolicy): readonly string[] {
  return [`SystemCallArchitectures=native${listed.includes('i386') ? ' x86' : ''}`];
}

/** A list of what goes on where other numbers do not, and else of what does not. Errors of single calls follow it. */
function callLines(policy: SeccompPolicy, native: Architecture): readonly string[] {
  const table = syscallTable(native);
  const cases = [...verdicts(policy, native)].map(([number, one]) => [table.get(number) ?? '', decided(one)] as const);
  const isAllowing = !goes(policy.unknown);
  const going = cases.filter(([, one]) => someGoes(one)).map(([name]) => name);
  const byDenial = new Map<string, string[]>();
  for (const [name, one] of cases.filter(([, each]) => !someGoes(each))) {
    const word = denialWord(one.otherwise);
    byDenial.set(word, [...(byDenial.get(word) ?? []), name]);
  }
  const usual = isAllowing ? denialWord(policy.unknown) : 'kill';
  // A unit does not start if a call has the error of all that are not listed: libseccomp refuses such a rule.
  const withError = (name: string, word: string) => (isAllowing && word === usual ? name : `${name}:${word}`);
  const denials = [...byDenial].map(
    ([word, names]) => `SystemCallFilter=~${names.map((name) => withError(name, word)).join(' ')}`,
  );
  const lines = isAllowing ? [`SystemCallFilter=${going.join(' ')}`, ...denials] : denials;
  return usual === 'kill' ? lines : [...lines, `SystemCallErrorNumber=${usual}`];
}

/** Without what follows a rule that always holds. */
function decided({ rules, otherwise }: Case): Case {
  const at = rules.findIndex(({ when }) => when.length === 0);
  return at < 0 ? { rules, otherwise } : { rules: rules.slice(0, at), otherwise: rules[at]?.action ?? otherwise };
}

const someGoes = ({ rules, otherwise }: Case): boolean => goes(otherwise) || rules.some(({ action }) => goes(action));

/** What systemd can do instead of a call: fail with an error, or end the process. */
function denialWord(action: Action): string {
  return action.action === 'errno' ? String(action.errno) : 'kill';
}

function otherLines(policy: SeccompPolicy, machine: Machine): readonly string[] {
  const { sockets } = policy;
  const families = sockets === 'any' ? [] : [`RestrictAddressFamilies=${sockets.join(' ') || 'none'}`];
  const closed = intersect(namespaceFilter(onMachine(policy.architectures, machine)), policy);
  // Only where it denies nothing that the policy lets through.
  const isHarmless = ['equal', 'alike'].includes(compare(closed, policy).relation);
  return [...families, ...(isHarmless ? ['RestrictNamespaces=yes'] : [])];
}

const sentences: Readonly<Record<Difference, string>> = {
  looser: 'is allowed there for some arguments that the policy denies',
  stricter: 'is denied there for some arguments that the policy lets through',
  both: 'is allowed there for some arguments that the policy denies, and is denied for others',
  'other answer': 'gets another answer there',
};

function unsaidOf(policy: SeccompPolicy, read: SeccompPolicy, native: Architecture): readonly Unsaid[] {
  const apart = policy.architectures.flatMap((one) => callsApart(policy, read, one));
  const byName = new Map(apart.map((one) => [one.name, one]));
  const calls = [...byName.values()].map(({ name, how, args }) => {
    const example = args.every((one) => one === 0n)
      ? ''
      : `, such as ${args.map((one) => `0x${one.toString(16)}`).join(', ')}`;
    return { path: name, what: `${sentences[how]}${example}` };
  });
  const others = (['unknown', 'foreign', ...(native === 'x86_64' ? (['x32'] as const) : [])] as const).filter(
    (key) => !sameAction(policy[key], read[key]),
  );
  return [
    ...calls,
    ...others.map((key) => ({
      path: key,
      what: `${describeAction(read[key])} there, and ${describeAction(policy[key])} here`,
    })),
    ...(native === 'x86_64'
      ? [{ path: '(number)', what: 'number -1, which names no call, gets the default there' }]
      : []),
  ];
}
