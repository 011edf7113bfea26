/**
 * Filters made beforehand, in the program itself: that of `sb-run` without options, that of a worker of `@sb/fetcher`, and that
 * of a process that restricts itself and then downloads. `usual.test.ts` holds each equal to what is made now, and
 * writes it.
 */
import {
  type Architecture,
  type Machine,
  type PreparedFilter,
  preparedPolicy,
  type Rule,
  type SeccompOptions,
  type SeccompPolicy,
} from '@sb/seccomp';

import ofClient from './usual-client.json' with { type: 'json' };
import ofRun from './usual.json' with { type: 'json' };
import ofWorker from './usual-worker.json' with { type: 'json' };
import type { Action, Question } from './question.js';

/** What is known of a filter on one machine. */
export interface UsualFilter {
  readonly filter: PreparedFilter;
  /** Where the program has the halves of the key, in bytes from its start. */
  readonly keyAt: { readonly low: readonly number[]; readonly high: readonly number[] };
  /** By table and question ({@link usualKey}). */
  readonly answers: Readonly<Record<string, readonly Action[]>>;
}

/** The data of a filter. */
export interface Usual {
  /** What the policy was made of ({@link textOf}). */
  readonly options: string;
  /** Whether a group has a call, for each that is asked for until then. */
  readonly members: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly policy: SeccompPolicy;
  readonly x86_64: UsualFilter;
  readonly aarch64: UsualFilter;
}

const all = [ofRun, ofWorker, ofClient] as unknown as readonly Usual[];

const machines: Readonly<Record<string, Machine & keyof Usual>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Stands in the data for the key of one exec, of which each sandbox has another one. */
export const anyKey = 0x6b5a_4938_2716_0514n;

/** The policies that were made here. Without a key, each is made once, by its level. */
const made = new WeakMap<SeccompPolicy, { readonly known: UsualFilter; readonly key: bigint | undefined }>();
const keyless = new Map<string, SeccompPolicy>();

/**
 * Whether a group has a call, where the usual options ask for it.
 *
 * @param group - for instance `@mount`
 * @param name - of the call
 * @returns undefined where they do not
 */
export function usualMember(group: string, name: string): boolean | undefined {
  for (const { members } of all) {
    const known = Object.hasOwn(members, group) ? members[group] : undefined;
    if (known !== undefined && Object.hasOwn(known, name)) return known[name];
  }
  return undefined;
}

/**
 * Returns the policy that `policy` would make of options, if they are usual ones.
 *
 * @param options - from this package
 */
export function usualPolicy(options: SeccompOptions): SeccompPolicy | undefined {
  const machine = machines[process.arch];
  if (machine === undefined) return undefined;
  const key = keyOf(options);
  if (key !== undefined && !isAnyOther(key)) return undefined;
  const text = textOf(key === undefined ? options : { ...options, rules: withKey(options.rules ?? [], anyKey) });
  const usual = all.find((one) => one.options === text);
  if (usual === undefined) return undefined;
  const policy = { ...usual.policy, level: options.level ?? usual.policy.level };
  const known = usual[machine];
  if (key !== undefined) {
    return remember(
      preparedPolicy({ ...policy, rules: withKey(policy.rules, key) }, filterWith(known, key)),
      known,
      key,
    );
  }
  const name = `${policy.level} ${text}`;
  const own = keyless.get(name) ?? remember(preparedPolicy(policy, known.filter), known, undefined);
  keyless.set(name, own);
  return own;
}

function remember(policy: SeccompPolicy, known: UsualFilter, key: bigint | undefined): SeccompPolicy {
  made.set(policy, { known, key });
  return policy;
}

/** The options as a text, without their level. Their names and calls are in order: `policy` makes the same of any order. */
export function textOf(options: SeccompOptions): string {
  const { deny = [], allow = [] } = options;
  const whole = { ...options, deny: deny.toSorted(), allow: allow.toSorted() };
  const entries = Object.entries(whole).filter(([name]) => name !== 'level');
  return JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** The key of the rule for one exec (`withExecOnce`), which comes first; undefined without one. */
function keyOf({ rules: [first] = [] }: SeccompOptions): bigint | undefined {
  const [condition, ...more] = first?.syscall === 'execveat' ? (first.when ?? []) : [];
  const isKey = condition?.arg === 5 && condition.compare === 'eq64' && more.length === 0;
  return isKey ? BigInt(condition.value) : undefined;
}

/** Whether the compiler makes the same of a key as of any other: it compares to zero, and twice to one number, by fewer instructions. */
function isAnyOther(key: bigint): boolean {
  const [low, high] = [BigInt.asUintN(32, key), key >> 32n];
  return low !== 0n && high !== 0n && low !== high;
}

function withKey<One extends Pick<Rule, 'when'> | { readonly when?: Rule['when'] }>(
  [first, ...others]: readonly One[],
  key: bigint,
): One[] {
  const value = `0x${key.toString(16).padStart(16, '0')}`;
  const [condition] = first?.when ?? [];
  if (first === undefined || condition === undefined) return [];
  return [{ ...first, when: [{ ...condition, value }] }, ...others];
}

/** Puts a key into the program: it is compared by halves, each of which is the number of an instruction. */
function filterWith({ filter, keyAt }: UsualFilter, key: bigint): PreparedFilter {
  const bytes = Buffer.from(filter.program.bytes, 'base64');
  for (const at of keyAt.low) bytes.writeUInt32LE(Number(BigInt.asUintN(32, key)), at);
  for (const at of keyAt.high) bytes.writeUInt32LE(Number(key >> 32n), at);
  return { ...filter, program: { ...filter.program, bytes: bytes.toString('base64') } };
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
  const own = made.get(policy);
  if (own === undefined) return undefined;
  const [name, ...wanted] = question;
  const asked = wanted.map((one) => (one !== undefined && one === own.key ? anyKey : one));
  return own.known.answers[usualKey(table, [name, ...asked])];
}

/** A question as a text. */
export function usualKey(table: Architecture, [name, ...wanted]: Question): string {
  const words = wanted.map((one) => (typeof one === 'object' ? `${one.mask}&${one.value}` : String(one)));
  return [table, name, ...words].join(' ');
}
