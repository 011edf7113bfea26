/**
 * The filter of `sb-run` without options, made beforehand, in the program itself. `usual.test.ts` holds it equal to what is made
 * now, and writes it.
 */
import {
  type Architecture,
  type Machine,
  type PreparedFilter,
  preparedPolicy,
  type SeccompOptions,
  type SeccompPolicy,
} from '@sb/seccomp';

import data from './usual.json' with { type: 'json' };
import type { Action, Question } from './question.js';

/** What is known of the filter on one machine. */
export interface UsualFilter {
  readonly filter: PreparedFilter;
  /** By table and question ({@link usualKey}). */
  readonly answers: Readonly<Record<string, readonly Action[]>>;
}

/** The data. */
export interface Usual {
  /** What the policy was made of, as JSON. */
  readonly options: string;
  /** Whether a group has a call, for each that is asked for until then. */
  readonly members: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly policy: SeccompPolicy;
  readonly x86_64: UsualFilter;
  readonly aarch64: UsualFilter;
}

const machines: Readonly<Record<string, Machine & keyof Usual>> = { x64: 'x86_64', arm64: 'aarch64' };

/** The policy that was made here, and what is known of it. */
let made: { readonly policy: SeccompPolicy; readonly known: UsualFilter } | undefined;

/**
 * Whether a group has a call, where the usual options ask for it.
 *
 * @param group - for instance `@mount`
 * @param name - of the call
 * @returns undefined where they do not
 */
export function usualMember(group: string, name: string): boolean | undefined {
  const { members } = data as unknown as Usual;
  const known = Object.hasOwn(members, group) ? members[group] : undefined;
  return known !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
}

/**
 * Returns the policy that `policy` would make of options, if they are the usual ones.
 *
 * @param options - from this package
 */
export function usualPolicy(options: SeccompOptions): SeccompPolicy | undefined {
  const usual = data as unknown as Usual;
  const machine = machines[process.arch];
  if (machine === undefined || JSON.stringify(options) !== usual.options) return undefined;
  made ??= { policy: preparedPolicy(usual.policy, usual[machine].filter), known: usual[machine] };
  return made.policy;
}

/**
 * Returns the answers of that policy to a question.
 *
 * @param policy - any
 * @param table - whose numbers are used
 * @param question - the call
 * @returns undefined for another policy, and for a question that nobody asked when it was made
 */
export function usualAnswers(
  policy: SeccompPolicy,
  table: Architecture,
  question: Question,
): readonly Action[] | undefined {
  return made?.policy === policy ? made.known.answers[usualKey(table, question)] : undefined;
}

/** A question as a text. */
export function usualKey(table: Architecture, [name, ...wanted]: Question): string {
  const words = wanted.map((one) => (typeof one === 'object' ? `${one.mask}&${one.value}` : String(one)));
  return [table, name, ...words].join(' ');
}
