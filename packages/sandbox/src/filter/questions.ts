import { type Architecture, evaluate, type Machine, type Rule, type SeccompPolicy, syscallNumber } from '@sb/seccomp';

import type { Action, Question, Wanted } from './question.js';
import { usualAnswers } from './usual.js';

export type { Question } from './question.js';

type Condition = Rule['when'][number];

/** Whether a call may proceed: a tracer may allow any call. */
export function passes({ action }: Action): boolean {
  return action === 'allow' || action === 'log' || action === 'trace';
}

/**
 * Whether a filter allows such a call, in any of the call tables of its machine's kernel. If a rule of the policy looks
 * at an argument that may be anything, the argument gets the value of that rule.
 *
 * @param policy - the filter's policy
 * @param machine - whose kernel gets the call
 * @param question - the call
 */
export function letsThrough(policy: SeccompPolicy, machine: Machine, question: Question): boolean {
  const own = answersOf(policy, machine, question);
  if (machine !== 'x86_64') return own.some(passes) || passes(policy.foreign);
  // int $0x80, and x32: every number of the machine's own table has a twin there.
  const x32 = policy.architectures.includes(machine) ? [policy.x32] : [];
  return [...own, ...answersOf(policy, 'i386', question), ...x32].some(passes);
}

/**
 * The answers of a filter to such calls of one table; empty if that has no such call.
 *
 * @param policy - the filter's policy
 * @param table - whose numbers are used
 * @param question - the call
 */
export function answersOf(policy: SeccompPolicy, table: Architecture, question: Question): readonly Action[] {
  return usualAnswers(policy, table, question) ?? evaluated(policy, table, question);
}

function evaluated(policy: SeccompPolicy, table: Architecture, question: Question): readonly Action[] {
  const [name, ...wanted] = question;
  const number = syscallNumber(name, table);
  if (number === undefined) return [];
  const letting = policy.rules.filter(({ syscall, action }) => syscall === name && passes(action));
  const calls = [argumentsFor(wanted, []), ...letting.map(({ when }) => argumentsFor(wanted, when))];
  return calls.map((args) => evaluate(policy, table, { number, args }).action);
}

/** Arguments with the wanted values; the others are chosen to satisfy the conditions of a rule, if possible. */
function argumentsFor(wanted: readonly Wanted[], when: readonly Condition[]): readonly bigint[] {
  return Array.from({ length: 6 }, (_, index) => {
    const condition = when.find(({ arg }) => arg === index);
    const other = condition === undefined ? 0n : satisfying(condition);
    const one = wanted[index];
    if (one === undefined) return other;
    if (typeof one !== 'object') return BigInt.asUintN(64, BigInt(one));
    return (other & ~BigInt(one.mask)) | BigInt(one.value);
  });
}

/** A value that satisfies a condition, if there is one. */
function satisfying({ compare, value: text, mask = 1 }: Condition): bigint {
  const value = BigInt(text);
  switch (compare.slice(0, -2)) {
    case 'ne':
    case 'gt':
      return value + 1n;
    case 'lt':
      return value === 0n ? 0n : value - 1n;
    case 'maskedNe': {
      const bits = BigInt(mask);
      return value ^ (bits & -bits);
    }
    default:
      return value;
  }
}
