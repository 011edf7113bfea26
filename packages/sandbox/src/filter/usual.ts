/**
 * Filters that are made beforehand, in the program itself: that of `sb-run` without options, and that of a process that
 * restricts itself and then downloads. `usual.test.ts` holds them equal to what is made now, and writes them.
 */
import {
  type Architecture,
  type Machine,
  type PreparedFilter,
  preparedPolicy,
  type SeccompOptions,
  type SeccompPolicy,
} from '@sb/seccomp';

import client from './usual-client.json' with { type: 'json' };
import data from './usual.json' with { type: 'json' };
import type { Action, Question } from './question.js';

/** What is known of the filter on one machine. */
export interface UsualFilter {
  readonly filter: PreparedFilter;
  /** By table and question ({@link usualKey}). */
  readonly answers: Readonly<Record<string, readonly Action[]>>;
}

/** A policy, and what is known of its filter. */
export interface UsualPolicy {
  readonly policy: SeccompPolicy;
  readonly x86_64: UsualFilter;
  readonly aarch64: UsualFilter;
}

/** The data of `sb-run`. */
export interface Usual extends UsualPolicy {
  /** What the policy was made of, as JSON. */
  readonly options: string;
  /** Whether a group has a call, for each that is asked for until then. */
  readonly members: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** The data of a process that downloads. Most programs need none of it, so it is read when it is asked for. */
export interface UsualClient {
  /** What the policy was made of, as JSON. */
  readonly options: string;
  /** A {@link UsualPolicy}, as JSON. */
  readonly policy: string;
}

const machines: Readonly<Record<string, Machine & keyof Usual>> = { x64: 'x86_64', arm64: 'aarch64' };

/** The policies that were made here, by their options, and what is known of them. */
const made = new Map<string, { readonly policy: SeccompPolicy; readonly known: UsualFilter }>();

function usualOf(options: string): UsualPolicy | undefined {
  const usual = data as unknown as Usual;
  if (options === usual.options) return usual;
  const { options: known, policy }: UsualClient = client;
  return options === known ? (JSON.parse(policy) as UsualPolicy) : undefined;
}

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
  const machine = machines[process.arch];
  const text = JSON.stringify(options);
  const known = made.get(text);
  if (known !== undefined) return known.policy;
  const usual = usualOf(text);
  if (machine === undefined || usual === undefined) return undefined;
  const policy = preparedPolicy(usual.policy, usual[machine].filter);
  made.set(text, { policy, known: usual[machine] });
  return policy;
}

/**
 * Returns the answers of such a policy to a question.
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
  for (const one of made.values()) if (one.policy === policy) return one.known.answers[usualKey(table, question)];
  return undefined;
}

/** A question as a text. */
export function usualKey(table: Architecture, [name, ...wanted]: Question): string {
  const words = wanted.map((one) => (typeof one === 'object' ? `${one.mask}&${one.value}` : String(one)));
  return [table, name, ...words].join(' ');
}
